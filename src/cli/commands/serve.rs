//! `serve`: the API on an address, until Ctrl-C or SIGTERM; then the mover finishes and the store is flushed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use thads_service::house::House;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `serve`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let (house, report) = House::open(data)?;
    super::say_opened(output, &report);
    serve(house, output, args.listen)
}

/// Serves a house that is open already.
pub(crate) fn serve(house: House, output: &Output, listen: SocketAddr) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let house = Arc::new(house);
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
            Failure::new(
                format!("cannot listen on {listen}: {error}"),
                "choose another address: --listen 127.0.0.1:8081",
            )
        })?;
        let address = listener.local_addr()?;
        output.remark(&format!("{} http://{address}/", output.say("Đang phục vụ tại", "Serving at")));
        thads_service::http::serve(listener, Arc::clone(&house), stopped()).await.map_err(Failure::from)
    });
    // Requests that are still being answered hold the house; they end before it is closed.
    drop(runtime);
    if let Some(house) = Arc::into_inner(house) {
        house.close()?;
    }
    served
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
