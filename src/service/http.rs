//! The API under `/api/v1`: JSON in, JSON out, errors as problem+json. Translates only; every answer names position and root.

mod authority;
mod body;
mod connection;
mod server;

use std::sync::Arc;

use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use thads_cases::ids::{CaseId, ComplaintId};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::answers::{self, Asked, ListFilter};
use crate::house::House;
use crate::problem::Problem;
use crate::wire::{Subject, WireError, parse_action};

pub use authority::Authorities;
pub use server::{Limits, Order};

type Shared = Arc<House>;
type Answer = Result<Response, Problem>;

/// The routes.
fn router(house: Shared, authorities: Authorities, limits: Limits) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/log/checkpoint", get(checkpoint))
        .route("/api/v1/actions", post(act))
        .route("/api/v1/cases", get(cases))
        .route("/api/v1/cases/{id}", get(case))
        .route("/api/v1/cases/{id}/history", get(history))
        .route("/api/v1/cases/{id}/actions", post(act_on_case))
        .route("/api/v1/complaints/{id}/actions", post(act_on_complaint))
        .route("/api/v1/reports/{period}", get(report))
        .route("/api/v1/figures/{id}", get(figure))
        .fallback(|address: Uri| async move { Problem::not_found("address", address.path()) })
        .method_not_allowed_fallback(|method: Method, address: Uri| async move {
            let detail = format!("{method} is not answered at {}; / lists what is", address.path());
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Method not allowed", &detail)
        })
        .layer(Extension(limits))
        .layer(from_fn_with_state(authorities, authority::guard))
        .with_state(house)
}

/// Serves on a listener until it is told to finish. Requests that are being answered then are answered, within the
/// deadline of the limits.
pub async fn serve(
    listener: TcpListener,
    house: Arc<House>,
    authorities: Authorities,
    limits: Limits,
    orders: watch::Receiver<Order>,
) {
    server::serve(listener, router(house, authorities, limits), limits, orders).await;
}

/// Runs what may wait for the disk or fold for milliseconds apart from the threads that serve sockets.
async fn apart<T: Send + 'static>(
    house: Shared,
    work: impl FnOnce(&House) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(move || work(&house)).await.map_err(|_| Problem::internal())?
}

async fn answer(
    house: Shared,
    work: impl FnOnce(&House) -> Result<Value, Problem> + Send + 'static,
) -> Answer {
    Ok(Json(apart(house, work).await?).into_response())
}

async fn index(State(house): State<Shared>) -> Answer {
    answer(house, |house| {
        Ok(json!({
            "ledger": answers::ledger(house, None)?,
            "name": house.ledger().genesis().name,
            "api": {
                "append": "POST /api/v1/actions, /api/v1/cases/{id}/actions, /api/v1/complaints/{id}/actions (?dry_run=true)",
                "case": "/api/v1/cases/{id}?at=DATE&as_known=K",
                "history": "/api/v1/cases/{id}/history",
                "cases": "/api/v1/cases?office=CODE&standing=open&limit=100",
                "report": "/api/v1/reports/2019-H1?office=CODE&as_known=K&by=office",
                "figure": "/api/v1/figures/cases.finished?period=2019-H1&list=cases",
                "checkpoint": "/log/checkpoint",
            },
        }))
    })
    .await
}

/// Whether actions can be recorded. A second copy that is not kept stops nothing.
async fn ready(State(house): State<Shared>) -> Answer {
    let (stopped, sled) = (house.ledger().stopped(), house.ledger().progress().failed);
    let status = if stopped.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let state = apart(house, move |house| {
        let ledger = answers::ledger(house, None)?;
        Ok(json!({ "ready": stopped.is_none(), "stopped": stopped, "sled": sled, "ledger": ledger }))
    });
    Ok((status, Json(state.await?)).into_response())
}

async fn checkpoint(State(house): State<Shared>) -> Answer {
    let note = apart(house, |house| Ok(house.ledger().checkpoint())).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActQuery {
    #[serde(default)]
    dry_run: bool,
}

type Asks<T> = Result<Query<T>, axum::extract::rejection::QueryRejection>;

async fn act(
    State(house): State<Shared>,
    Extension(limits): Extension<Limits>,
    query: Asks<ActQuery>,
    request: Request,
) -> Answer {
    record(house, query, body::json(request, limits.body).await, None).await
}

async fn act_on_case(
    State(house): State<Shared>,
    Extension(limits): Extension<Limits>,
    Path(id): Path<String>,
    query: Asks<ActQuery>,
    request: Request,
) -> Answer {
    let subject = Subject::Case(case_id(&id)?);
    record(house, query, body::json(request, limits.body).await, Some(subject)).await
}

async fn act_on_complaint(
    State(house): State<Shared>,
    Extension(limits): Extension<Limits>,
    Path(id): Path<String>,
    query: Asks<ActQuery>,
    request: Request,
) -> Answer {
    let parsed: Result<ComplaintId, _> = id.parse();
    let subject = Subject::Complaint(parsed.map_err(|error| bad("id", &id, &error, "DT03-2019-K0012"))?);
    record(house, query, body::json(request, limits.body).await, Some(subject)).await
}

async fn record(
    house: Shared,
    query: Asks<ActQuery>,
    body: Result<Value, Problem>,
    subject: Option<Subject>,
) -> Answer {
    let (query, body) = (asked(query)?, body?);
    let request = parse_action(body, subject).map_err(|error| Problem::bad_field(&error))?;
    let done = apart(house, move |house| {
        let done = if query.dry_run { house.dry_run(request) } else { house.act(request) };
        done.map_err(Problem::from)
    })
    .await?;
    let status = match &done.receipt {
        Some(receipt) if !receipt.repeated() => StatusCode::CREATED,
        Some(_) | None => StatusCode::OK,
    };
    Ok((status, Json(answers::done(&done))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseQuery {
    at: Option<String>,
    as_known: Option<String>,
}

async fn case(State(house): State<Shared>, Path(id): Path<String>, query: Asks<CaseQuery>) -> Answer {
    let (id, query) = (case_id(&id)?, asked(query)?);
    answer(house, move |house| {
        Ok(answers::case(house, &id, query.at.as_deref(), query.as_known.as_deref(), false)?)
    })
    .await
}

async fn history(State(house): State<Shared>, Path(id): Path<String>, query: Asks<CaseQuery>) -> Answer {
    let (id, query) = (case_id(&id)?, asked(query)?);
    answer(house, move |house| {
        Ok(answers::case(house, &id, query.at.as_deref(), query.as_known.as_deref(), true)?)
    })
    .await
}

async fn cases(State(house): State<Shared>, query: Asks<ListFilter>) -> Answer {
    let filter = asked(query)?;
    answer(house, move |house| {
        let list = answers::cases(house, &filter)?;
        Ok(json!({ "ledger": answers::ledger(house, Some(list.known))?, "cases": list.rows }))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    office: Option<String>,
    as_known: Option<String>,
    by: Option<String>,
}

async fn report(State(house): State<Shared>, Path(period): Path<String>, query: Asks<ReportQuery>) -> Answer {
    let query = asked(query)?;
    answer(house, move |house| {
        let asked =
            Asked { period: &period, office: query.office.as_deref(), as_known: query.as_known.as_deref() };
        Ok(answers::report(house, &asked, query.by.as_deref())?)
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FigureQuery {
    period: String,
    office: Option<String>,
    as_known: Option<String>,
    list: Option<String>,
}

async fn figure(State(house): State<Shared>, Path(id): Path<String>, query: Asks<FigureQuery>) -> Answer {
    let query = asked(query)?;
    answer(house, move |house| {
        let asked = Asked {
            period: &query.period,
            office: query.office.as_deref(),
            as_known: query.as_known.as_deref(),
        };
        Ok(answers::figure(house, &id, &asked, query.list.as_deref())?)
    })
    .await
}

fn asked<T>(query: Asks<T>) -> Result<T, Problem> {
    match query {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-query",
            "A parameter is not accepted",
            &error.body_text(),
        )),
    }
}

fn bad(field: &str, given: &str, error: &impl ToString, accepted: &str) -> Problem {
    Problem::bad_field(&WireError::new(field, given, &error.to_string(), accepted))
}

fn case_id(text: &str) -> Result<CaseId, Problem> {
    text.parse().map_err(|error: thads_cases::ids::NotAnId| bad("id", text, &error, "DT03-2018-0412"))
}
