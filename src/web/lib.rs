//! The web: the API under `/api/v1`: JSON in, JSON out, errors as problem+json. Translates only; every answer names position and root.

mod authority;
mod body;
mod causes;
#[cfg(test)]
mod checks;
mod connection;
mod costly;
mod malformed;
pub mod problem;
mod query;
mod segment;
mod server;

use std::sync::Arc;
use thads_cases::stream::StreamId;

use axum::extract::{Extension, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use thads_cases::ids::{CaseId, ComplaintId};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::problem::Problem;
use thads_service::answers::{self, Asked, CASES_DEFAULT, ListFilter, Moment, Whose};
use thads_service::json::{JsonError, parse_action};
use thads_service::ledger_service::LedgerService;
use thads_service::principal::{Principal, Session};

use causes::Operator;
use costly::Costly;
use query::{Parameters, Takes};
use segment::Segment;

pub use authority::Authorities;
pub use causes::Tell;
pub use server::{Limits, Order};

type Shared = Arc<LedgerService>;
type Answer = Result<Response, Problem>;

/// An address that is answered.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) takes: Takes,
    handler: fn() -> MethodRouter<Shared>,
}

/// Every route, with the parameters that it takes: docs/api.md says the same, a test compares them.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/", takes: &[], handler: || get(index) },
    Route { method: "GET", path: "/healthz", takes: &[], handler: || get(|| async { "ok" }) },
    Route { method: "GET", path: "/readyz", takes: &[], handler: || get(ready) },
    Route { method: "GET", path: "/log/checkpoint", takes: &[], handler: || get(checkpoint) },
    Route { method: "POST", path: "/api/v1/actions", takes: ACT, handler: || post(post_action) },
    Route {
        method: "POST",
        path: "/api/v1/cases/{id}/actions",
        takes: ACT,
        handler: || post(post_case_action),
    },
    Route {
        method: "POST",
        path: "/api/v1/complaints/{id}/actions",
        takes: ACT,
        handler: || post(post_complaint_action),
    },
    Route {
        method: "GET",
        path: CASES,
        takes: &["office", "own", "standing", "enforcer", "judgment", "after", "limit", "as_known"],
        handler: || get(cases),
    },
    Route { method: "GET", path: "/api/v1/cases/{id}", takes: &["at", "as_known"], handler: || get(case) },
    Route {
        method: "GET",
        path: "/api/v1/cases/{id}/history",
        takes: &["at", "as_known"],
        handler: || get(history),
    },
    Route {
        method: "GET",
        path: "/api/v1/reports/{period}",
        takes: &["office", "own", "as_known", "by"],
        handler: || get(report),
    },
    Route {
        method: "GET",
        path: "/api/v1/figures/{id}",
        takes: &["period", "office", "own", "as_known", "list"],
        handler: || get(figure),
    },
];

const ACT: Takes = &["dry_run"];
const CASES: &str = "/api/v1/cases";

fn router(service: Shared, authorities: Authorities, limits: Limits, tell: Tell) -> Router {
    let routes = ROUTES.iter().fold(Router::new(), |router, route| {
        let handler = (route.handler)().route_layer(from_fn_with_state(route.takes, query::guard));
        router.route(route.path, handler)
    });
    routes
        .fallback(|address: Uri| async move { Problem::not_found("address", address.path()) })
        .method_not_allowed_fallback(|method: Method, address: Uri| async move {
            let detail = format!("{method} is not answered at {}; / lists what is", address.path());
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Method not allowed", &detail)
        })
        .layer(Extension(limits))
        .layer(Extension(Costly::new(&limits)))
        .layer(from_fn_with_state(authorities, authority::guard))
        .layer(from_fn_with_state(Operator::new(tell), causes::pass_on))
        .with_state(service)
}

/// Serves on a listener until it is told to finish. Requests that are being answered then are answered, within the
/// deadline of the limits. `tell` says to the operator why a request could not be answered.
pub async fn serve(
    listener: TcpListener,
    service: Arc<LedgerService>,
    authorities: Authorities,
    limits: Limits,
    tell: Tell,
    orders: watch::Receiver<Order>,
) {
    server::serve(listener, router(service, authorities, limits, tell), limits, orders).await;
}

/// Runs what may wait for the disk or fold for milliseconds apart from the threads that serve sockets.
async fn run_blocking<T: Send + 'static>(
    service: Shared,
    work: impl FnOnce(&LedgerService) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let work = move || {
        let done = service.keep_up().map_err(Problem::from).and_then(|()| work(&service));
        done.map_err(|problem| match service.ledger().dir() {
            Some(dir) => problem.within(dir),
            None => problem,
        })
    };
    tokio::task::spawn_blocking(work).await.map_err(|panic| Problem::internal(&panic))?
}

/// The service as whoever reaches this address asks it: nobody has signed in.
fn asked(service: &LedgerService) -> Session<'_, LedgerService> {
    Session::new(service, Principal::local())
}

async fn answer(
    service: Shared,
    work: impl FnOnce(&LedgerService) -> Result<Value, Problem> + Send + 'static,
) -> Answer {
    Ok(Json(run_blocking(service, work).await?).into_response())
}

/// Every route with its parameters, for programs.
fn routes() -> Value {
    let route =
        |route: &Route| json!({ "method": route.method, "path": route.path, "parameters": route.takes });
    ROUTES.iter().map(route).collect()
}

async fn index(State(service): State<Shared>) -> Answer {
    answer(service, |service| {
        Ok(json!({
            "ledger": answers::ledger(&asked(service), None)?,
            "name": service.ledger().genesis().name,
            "api": {
                "append": "POST /api/v1/actions, /api/v1/cases/{id}/actions, /api/v1/complaints/{id}/actions (?dry_run=true)",
                "case": "/api/v1/cases/{id}?at=DATE&as_known=K",
                "history": "/api/v1/cases/{id}/history",
                "cases": "/api/v1/cases?office=CODE&own=true&standing=open&limit=100",
                "report": "/api/v1/reports/2019-H1?office=CODE&own=true&as_known=K&by=office",
                "figure": "/api/v1/figures/cases.finished?period=2019-H1&office=CODE&own=true&list=cases",
                "checkpoint": "/log/checkpoint",
            },
            "routes": routes(),
        }))
    })
    .await
}

/// Whether actions can be recorded. A second copy that is not kept stops nothing.
async fn ready(State(service): State<Shared>) -> Answer {
    let work = move || {
        let progress = service.ledger().progress();
        let (stopped, sled) = (service.ledger().stopped(), progress.and_then(|sled| sled.failed));
        let (files, clock) = (service.look().err(), service.clock_off());
        let ready = stopped.is_none() && files.is_none() && clock.is_none();
        let (files, clock) = (files.map(|why| why.to_string()), clock.map(|off| off.to_string()));
        // Its root may have to be reckoned from what cannot be read.
        let ledger = answers::ledger(&asked(&service), None).ok();
        let state = json!({
            "ready": ready, "stopped": stopped, "files": files, "clock": clock, "sled": sled, "ledger": ledger,
        });
        (ready, state)
    };
    let (ready, state) =
        tokio::task::spawn_blocking(work).await.map_err(|panic| Problem::internal(&panic))?;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, Json(state)).into_response())
}

async fn checkpoint(State(service): State<Shared>) -> Answer {
    let note = run_blocking(service, |service| Ok(service.ledger().checkpoint())).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

async fn post_action(
    State(service): State<Shared>,
    Extension(limits): Extension<Limits>,
    Extension(query): Extension<Parameters>,
    request: Request,
) -> Answer {
    record(service, query, body::json(request, limits.body).await, None).await
}

async fn post_case_action(
    State(service): State<Shared>,
    Extension(limits): Extension<Limits>,
    Segment(id): Segment,
    Extension(query): Extension<Parameters>,
    request: Request,
) -> Answer {
    // The body first: a connection whose body was left unread cannot take another request.
    let body = body::json(request, limits.body).await;
    let subject = StreamId::Case(case_id(&id)?);
    record(service, query, body, Some(subject)).await
}

async fn post_complaint_action(
    State(service): State<Shared>,
    Extension(limits): Extension<Limits>,
    Segment(id): Segment,
    Extension(query): Extension<Parameters>,
    request: Request,
) -> Answer {
    let body = body::json(request, limits.body).await;
    let parsed: Result<ComplaintId, _> = id.parse();
    let subject = StreamId::Complaint(parsed.map_err(|error| bad("id", &id, &error, "DT03-2019-K0012"))?);
    record(service, query, body, Some(subject)).await
}

async fn record(
    service: Shared,
    query: Parameters,
    body: Result<Value, Problem>,
    subject: Option<StreamId>,
) -> Answer {
    let (dry_run, body) = (query.flag("dry_run")?, body?);
    let request = parse_action(body, subject).map_err(|error| Problem::bad_field(&error))?;
    let done = run_blocking(service, move |service| {
        let done = if dry_run { service.dry_run(&request) } else { service.record(request) };
        done.map_err(Problem::from)
    })
    .await?;
    let status = match &done.receipt {
        Some(receipt) if !receipt.repeated() => StatusCode::CREATED,
        Some(_) | None => StatusCode::OK,
    };
    Ok((status, Json(answers::done(&done))).into_response())
}

async fn case(
    State(service): State<Shared>,
    Extension(costly): Extension<Costly>,
    Segment(id): Segment,
    Extension(query): Extension<Parameters>,
) -> Answer {
    one_case(service, &costly, &id, &query, false).await
}

async fn history(
    State(service): State<Shared>,
    Extension(costly): Extension<Costly>,
    Segment(id): Segment,
    Extension(query): Extension<Parameters>,
) -> Answer {
    one_case(service, &costly, &id, &query, true).await
}

async fn one_case(
    service: Shared,
    costly: &Costly,
    id: &str,
    query: &Parameters,
    with_history: bool,
) -> Answer {
    let (id, at) = (case_id(id)?, answers::day("at", query.text("at"))?);
    let moment = Moment::read(query.text("as_known"))?;
    let work =
        move |service: &LedgerService| Ok(answers::case(&asked(service), &id, at, moment, with_history)?);
    // The root of another moment than now is reckoned from the log.
    if moment == Moment::Now { answer(service, work).await } else { costly.answer(service, work).await }
}

fn whose(query: &Parameters) -> Result<Whose, Problem> {
    Ok(Whose::read(query.text("office"), query.flag("own")?)?)
}

async fn cases(
    State(service): State<Shared>,
    Extension(costly): Extension<Costly>,
    Extension(query): Extension<Parameters>,
) -> Answer {
    let read_after = |given: &str| {
        given
            .parse()
            .map_err(|error: thads_cases::ids::NotAnId| bad("after", given, &error, "DT03-2018-0412"))
    };
    let filter = ListFilter {
        whose: whose(&query)?,
        status: query.text("standing").map(str::to_owned),
        enforcer: query.number("enforcer", "an officer's number, for instance 17")?,
        judgment: query.text("judgment").map(str::to_owned),
        after: query.text("after").map(read_after).transpose()?,
        limit: query.number("limit", "how many at most, from 1")?.unwrap_or(CASES_DEFAULT),
        moment: Moment::read(query.text("as_known"))?,
    };
    let work = move |service: &LedgerService| {
        let list = answers::cases(&asked(service), &filter)?;
        // The rest of the list is asked of the same moment.
        let next = list.next.as_ref().map(|last| {
            let (last, known) = (last.to_string().replace('/', "-"), list.known.to_string());
            query.link(CASES, &[("after", &last), ("as_known", &known)])
        });
        Ok(
            json!({ "ledger": answers::ledger(&asked(service), Some(list.known))?, "cases": list.rows, "next": next }),
        )
    };
    costly.answer(service, work).await
}

async fn report(
    State(service): State<Shared>,
    Extension(costly): Extension<Costly>,
    Segment(period): Segment,
    Extension(query): Extension<Parameters>,
) -> Answer {
    let asked = Asked::new(&period, whose(&query)?, Moment::read(query.text("as_known"))?)?;
    costly
        .answer(service, move |service| Ok(answers::report(&self::asked(service), &asked, query.text("by"))?))
        .await
}

async fn figure(
    State(service): State<Shared>,
    Extension(costly): Extension<Costly>,
    Segment(id): Segment,
    Extension(query): Extension<Parameters>,
) -> Answer {
    let period = query.required("period", "2019-H1, 2019-Q3, 2019-M09, 2019 or 2018-10-01..2019-03-31")?;
    let asked = Asked::new(period, whose(&query)?, Moment::read(query.text("as_known"))?)?;
    costly
        .answer(service, move |service| {
            Ok(answers::figure(&self::asked(service), &id, &asked, query.text("list"))?)
        })
        .await
}

fn bad(field: &str, given: &str, error: &impl ToString, accepted: &str) -> Problem {
    Problem::bad_field(&JsonError::new(field, given, &error.to_string(), accepted))
}

fn case_id(text: &str) -> Result<CaseId, Problem> {
    text.parse().map_err(|error: thads_cases::ids::NotAnId| bad("id", text, &error, "DT03-2018-0412"))
}
