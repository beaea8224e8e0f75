//! `serve`: the API on an address, until Ctrl-C or SIGTERM; then the archiver finishes and the store is flushed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use thads_service::ledger_service::LedgerService;
use thads_web::{Authorities, Limits, Order};

use crate::ending::Ending;
use crate::failure::Failure;
use crate::output::{Output, complain};

/// How often the ledger's state is looked at.
const WATCH: Duration = Duration::from_secs(1);

/// Arguments of `serve`, and of `demo`, which serves as well.
#[derive(clap::Args, Debug)]
#[group(id = "serving")]
pub(crate) struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// A further name under which requests may address the server, for instance that of a proxy before it.
    #[arg(long, value_name = "NAME", value_parser = name)]
    host: Vec<String>,
}

/// A name under which a server may be addressed: what no request can bear would never count.
fn name(given: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if !given.is_empty() && given.chars().all(fits) {
        return Ok(given.to_owned());
    }
    Err("a host's name, with a port where it is not this server's: office.example, office.example:8443"
        .to_owned())
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args, ending: &mut Ending) -> Result<(), Failure> {
    ending.opening()?;
    let (service, report) = LedgerService::open(data)?;
    super::say_opened(output, &report);
    serve(service, output, args, ending)
}

/// Serves a ledger that is open already.
pub(crate) fn serve(
    service: LedgerService,
    output: &Output,
    args: &Args,
    ending: &mut Ending,
) -> Result<(), Failure> {
    let orders = ending.serving()?;
    if *orders.borrow() != Order::Serve {
        return Ok(service.close()?); // told to stop while it was opened
    }
    let listen = args.listen;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let service = Arc::new(service);
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
            Failure::new(
                format!("cannot listen on {listen}: {error}"),
                "choose another address: --listen 127.0.0.1:8081",
            )
        })?;
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            output.remark(output.say(
                "Cảnh báo: máy khác có thể tới được địa chỉ này, mà chưa có đăng nhập: ai tới được thì đọc và ghi được mọi thứ, kể cả tên người.",
                "Warning: other machines may reach this address, and there is no sign-in: whoever reaches it may read and write everything, names included.",
            ));
        }
        output.remark(&format!("{} http://{address}/", output.say("Đang phục vụ tại", "Serving at")));
        if output.json {
            output.json(&serde_json::json!({ "serving": format!("http://{address}/") }))?;
        }
        tokio::spawn(tell_changes(Arc::downgrade(&service), *output));
        let authorities = Authorities::new(address, args.host.clone());
        let tell: thads_web::Tell = Arc::new(|cause| complain(cause, None));
        thads_web::serve(listener, Arc::clone(&service), authorities, Limits::default(), tell, orders).await;
        Ok(())
    });
    // Requests that are still being answered hold the service; they end before it is closed.
    drop(runtime);
    let has_stopped = service.ledger().stopped();
    if let Some(service) = Arc::into_inner(service) {
        service.close()?;
    }
    match has_stopped {
        Some(why) => Err(Failure::new(halted(output, &why), RESTART)),
        None => served,
    }
}

/// The way out of a ledger that has stopped.
const RESTART: &str =
    "what was answered is safe; look at the disk, then start again: opening looks at both copies";

fn halted(output: &Output, why: &str) -> String {
    format!("{} ({why})", output.say("Sổ không ghi gì thêm nữa", "the ledger records nothing more"))
}

/// Says once, while it serves, that the ledger has stopped, and once that the second copy is not kept; and each time that
/// the clock has gone wrong. Where it was wrong at the start, opening has said so.
async fn tell_changes(service: Weak<LedgerService>, output: Output) {
    let (mut stopped, mut alone) = (None, None);
    let mut is_off = service.upgrade().is_some_and(|service| service.clock_off().is_some());
    while let Some(service) = service.upgrade() {
        let now = (service.ledger().stopped(), service.ledger().progress().and_then(|sled| sled.failed));
        let off = service.clock_off();
        drop(service);
        if let (None, Some(why)) = (&stopped, &now.0) {
            complain(&halted(&output, why), Some(RESTART));
        }
        if let (None, Some(why)) = (&alone, &now.1) {
            complain(
                &format!(
                    "{} ({why})",
                    output.say(
                        "bản thứ hai (sled) không được ghi tiếp cho đến khi khởi động lại",
                        "the second copy (sled) is not kept until a restart"
                    )
                ),
                Some(
                    "the log itself is whole; when there is room and the disk answers, start again: sled is then refilled",
                ),
            );
        }
        if let (false, Some(off)) = (is_off, &off) {
            let said = off.vi();
            complain(output.say(&said, &off.to_string()), None);
        }
        (stopped, alone) = now;
        is_off = off.is_some();
        tokio::time::sleep(WATCH).await;
    }
}
