//! `import`: a case-action log in CSV by a mapping file; a new directory becomes the ledger that the mapping names.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use thads_cases::stream::StreamKind;
use thads_projections::streams::stream_id;

use serde_json::json;
use thads_cases::date::Date;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{CaseId, ComplaintId, OfficeCode, OfficerNo, Position};
use thads_cases::organisation::Role;
use thads_cases::reference_data::ReferenceData;
use thads_cases::text::normal;
use thads_ledger::{Ledger, OpenError, Rehearsal, Scratch};
use thads_proof::genesis;
use thads_proof::record::{Provenance, RequestId};
use thads_service::json::{JsonError, Language};
use thads_service::ledger_service::{LedgerConfig, LedgerService, ServiceError};
use thads_service::log::Log;
use thads_service::persons::{Words, shown};
use thads_service::record::{Group, Part, RecordError};
use thads_service::rehearse::Rehearsing;
use thads_service::words::is_readable;

use crate::failure::Failure;
use crate::input::{self, FileFault};
use crate::output::Output;
use files::{read_mapping, refuse_rejects};
use progress::Progress;
use thads_interop::import::agree::{agree, unit_of};
use thads_interop::import::file::{Job, run as import_file};
use thads_interop::import::gather::GatherError;
use thads_interop::import::mapping::{Mapping, Staff};
use thads_interop::import::reject::Reject;
use thads_interop::import::target::{RowAppend, Target};
use thads_interop::import::{ImportError, Manner, Summary};

mod files;
mod progress;

/// Arguments of `import`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The rows, in CSV; gzip is read as it is. Several files are one import, in whatever order.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the columns mean; see examples/.
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: PathBuf,
    /// Where rows that cannot be taken are noted down, with reason and way out.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read and decide everything, record nothing.
    #[arg(long)]
    dry_run: bool,
    /// Count a row that says the same as one that was taken, of another file or before in this import, as another act.
    #[arg(long)]
    count_doubtful: bool,
    /// The head of the mapping's office, appointed where the ledger has none of that name; goes to the vault.
    #[arg(long, value_name = "NAME")]
    head: Option<String>,
    /// The administrator, who sets up accounts; appointed and kept likewise.
    #[arg(long, value_name = "NAME")]
    administrator: Option<String>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let failed = |fault: FileFault| fault.failure(output);
    let text = read_mapping(&args.mapping).map_err(failed)?;
    let mut mapping = Mapping::read(&text).map_err(|error| {
        Failure::new(format!("{}: {error}", args.mapping.display()), "see examples/ for mapping files")
    })?;
    if let Some(rejects) = &args.rejects {
        refuse_rejects(rejects, &args.files, (&args.mapping, &mapping), data).map_err(failed)?;
    }
    for (option, name, role) in [
        ("head", &args.head, Role::ProvincialHead),
        ("administrator", &args.administrator, Role::Administrator),
    ] {
        let Some(name) = name.as_deref().map(normal) else { continue };
        if !is_readable(&name) {
            return Err(
                JsonError::new(option, &name, "a name says something that can be read", "the name").into()
            );
        }
        mapping.staff.retain(|staff| staff.name != name);
        mapping.staff.push(Staff { name, role });
    }
    let mut rows = Vec::new();
    for file in &args.files {
        rows.push((file.display().to_string(), input::open(file).map_err(failed)?));
    }
    let job = Job {
        rows: &rows,
        mapping: &mapping,
        rejects: args.rejects.as_deref(),
        manner: Manner { dry_run: args.dry_run, count_doubtful: args.count_doubtful },
        describe: match output.language {
            Language::Vi => Reject::in_vietnamese,
            Language::En => Reject::in_english,
        },
    };
    if args.dry_run
        && let Some(service) = rehearsing(data)?
    {
        return run_into(
            LedgerTarget { service: agreeing(service, &mapping)?, config: None },
            data,
            output,
            &job,
        );
    }
    if args.dry_run {
        // As the founding would.
        thads_ledger::refuse_strange(data, true)?;
    }
    run_into(LedgerTarget::open(data, output, &mapping, args.dry_run)?, data, output, &job)
}

/// What a dry run reads of a ledger, without its lock; `None` where there is none.
fn rehearsing(data: &Path) -> Result<Option<Rehearsing>, Failure> {
    if !thads_ledger::holds_log(data)? {
        return Ok(None);
    }
    match Rehearsing::rehearse(data) {
        Ok(service) => Ok(Some(service)),
        Err(ServiceError::Open(OpenError::NotALedger(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Imports into what was opened, and says what came of it.
fn run_into<L: Records>(
    mut target: LedgerTarget<L>,
    data: &Path,
    output: &Output,
    job: &Job<'_>,
) -> Result<(), Failure> {
    let dry = job.manner.dry_run;
    let rejects = job.rejects.unwrap_or(Path::new("")).display();
    let mut progress = Progress::new();
    let outcome = import_file(job, &mut target, &mut |so_far| {
        if !output.quiet {
            progress.went_on(so_far);
        }
    });
    progress.end();
    super::say_keys_set_aside(output, L::keys_set_aside(&target.service));
    let outcome = outcome.map_err(|error| match error {
        ImportError::Rejects(error) | ImportError::Gather(GatherError::Rejects(error)) => Failure::new(
            format!("--rejects {rejects}: the rejects cannot be written: {error}"),
            match (dry, target.is_there()) {
                (true, _) => "name another file; nothing was recorded: a dry run",
                (_, false) => "name another file; no ledger was founded, and nothing was recorded",
                (_, true) => {
                    "name another file; what was recorded stands, and the same import again adds the rest"
                }
            },
        ),
        ImportError::Target(error) if dry => Failure::from(error).at("nothing was recorded: a dry run"),
        ImportError::LostRejects(_) => Failure::new(
            format!("--rejects {rejects}: {error}"),
            "name another file for the rejects, or remove this one; nothing was recorded",
        ),
        ImportError::Gather(_) => Failure::new(error, "nothing was recorded"),
        ImportError::Target(error) if !target.is_there() => {
            Failure::from(error).at("no ledger was founded, and nothing was recorded")
        }
        ImportError::Target(_) => {
            Failure::new(error, "what was recorded stands; the same import again adds the rest")
        }
    })?;
    let lost = outcome.lost_rejects(job);
    let (head, headless) = (target.service.ledger().head(), target.is_there() && target.is_headless());
    // Where nothing was founded there is no position and no root.
    let ledger = target.is_there().then(|| json!({ "position": head.size, "root": head.root.to_string() }));
    L::close(target.service)?;
    if dry && outcome.summary.recorded > 0 && ledger.is_some() && LedgerService::is_short_of_room(data) {
        return Err(Failure::new(
            output.say(
                &format!("ổ đĩa của {} không đủ chỗ để ghi", data.display()),
                &format!("the disk of {} has too little room for anything to be recorded", data.display()),
            ),
            "make room on it; a dry run records nothing",
        ));
    }
    if output.json {
        output.json(&json!({
            "import": outcome.summary,
            "rejects": outcome.first_rejects,
            "ledger": ledger,
        }))?;
    } else {
        for reject in &outcome.first_rejects {
            output.remark(&serde_json::to_string(reject).unwrap_or_default());
        }
        output.line(output.say(&outcome.summary.vi(), &outcome.summary.en()))?;
    }
    for name in &outcome.summary.without_rows {
        output.remark(output.say(
            &format!("{name}: chỉ có dòng tiêu đề, không có dòng nào để nhập"),
            &format!("{name}: it holds a header and no row; nothing was there to import"),
        ));
    }
    let Summary { derived_anew: anew, came_late: late, .. } = outcome.summary;
    if anew > 0 {
        output.remark(output.say(
            &format!("{anew} dòng đến sau các dòng muộn hơn của cùng việc: điều suy ra từ các dòng ấy (hoàn thành, nộp tiền) đã được suy ra lại; phần không còn đúng đã được hủy, không xóa."),
            &format!("{anew} rows came after later rows of their cases: what followed from those (completed, paid over) was derived anew; what holds no more was voided, not removed."),
        ));
    }
    if late > 0 {
        output.remark(output.say(
            &format!("{late} dòng đến sau các dòng muộn hơn của cùng việc, nhưng điều suy ra từ các dòng ấy giữ nguyên: việc đã có thao tác khác, hoặc các dòng trước không còn đọc được theo tệp ánh xạ này. Xem lịch sử việc và sửa bằng fact_corrected hoặc entry_voided."),
            &format!("{late} rows came after later rows of their cases, and what followed from those stands: somebody has acted on the case, or its earlier rows are no rows of this mapping. See the case's history; fact_corrected and entry_voided mend it."),
        ));
    }
    if headless {
        output.remark(output.say(
            "Sổ chưa có thủ trưởng: không ai bổ nhiệm hay lập thêm cơ quan được. Nhập lại với --head TÊN, hoặc ghi [[staff]] trong tệp ánh xạ.",
            "The ledger has no head: nobody appoints or opens offices. Import again with --head NAME, or name one under [[staff]] in the mapping.",
        ));
    }
    if lost {
        return Err(Failure::new(
            format!("{} rows were rejected and noted down nowhere", outcome.summary.rejected),
            "run it again with --rejects FILE: rows that are there already are not recorded twice",
        ));
    }
    if outcome.summary.mostly_rejected() {
        let Summary { rejected, rows, .. } = outcome.summary;
        return Err(Failure::new(
            output.say(
                &format!("{rejected} trong {rows} dòng bị từ chối: hơn một nửa"),
                &format!("{rejected} of {rows} rows were rejected: more than half"),
            ),
            "the file of rejects says why; what was recorded stands",
        ));
    }
    Ok(())
}

/// What is founded for a mapping.
fn founding_of(mapping: &Mapping) -> LedgerConfig {
    LedgerConfig {
        name: mapping.ledger.name.clone(),
        origin: mapping.ledger.origin.clone(),
        unit: unit_of(mapping),
        clock: genesis::Clock::Real,
        practice: false,
    }
}

/// Refuses a ledger of which the mapping says something else.
fn agreeing<L: Log>(service: LedgerService<L>, mapping: &Mapping) -> Result<LedgerService<L>, Failure> {
    let agreed = agree(service.ledger().genesis(), &service.model().reference_data().organisation, mapping);
    match agreed {
        Ok(()) => Ok(service),
        Err(contradiction) => Err(Failure::new(
            contradiction,
            "nothing was recorded; change the mapping, or name the ledger that it means: thads --data DIR import …",
        )),
    }
}

/// What an import records in, or is tried in.
trait Records: Log + Sized {
    fn submit(target: &mut LedgerTarget<Self>, batch: &[RowAppend]) -> Result<(), RecordError>;
    fn close(service: LedgerService<Self>) -> Result<(), RecordError>;

    /// Where other keys lie that stood where this was founded.
    fn keys_set_aside(_: &LedgerService<Self>) -> &[PathBuf] {
        &[]
    }
}

impl Records for Ledger {
    fn submit(target: &mut LedgerTarget, batch: &[RowAppend]) -> Result<(), RecordError> {
        if let Some((config, data, _)) = &target.config {
            let founded = LedgerService::create(data, config, 0)?;
            let scratch = target.config.take();
            std::mem::replace(&mut target.service, founded).close()?;
            drop(scratch);
        }
        let groups = batch.iter().map(group).collect::<Result<Vec<_>, _>>()?;
        for answer in target.service.record_batch(groups) {
            answer?;
        }
        Ok(())
    }

    fn close(service: LedgerService) -> Result<(), RecordError> {
        service.close()
    }

    fn keys_set_aside(service: &LedgerService) -> &[PathBuf] {
        service.keys_set_aside()
    }
}

/// A dry run plans, and hands nothing over.
impl Records for Rehearsal {
    fn submit(_: &mut LedgerTarget<Rehearsal>, _: &[RowAppend]) -> Result<(), RecordError> {
        Ok(())
    }

    fn close(_: Rehearsing) -> Result<(), RecordError> {
        Ok(())
    }
}

/// A ledger's service as what an import goes into.
struct LedgerTarget<L = Ledger> {
    service: LedgerService<L>,
    /// Where there is no ledger: what is founded when the first row is recorded. Until then the service is one that was
    /// founded alike among the temporary files.
    config: Option<(LedgerConfig, PathBuf, Scratch)>,
}

impl LedgerTarget {
    fn open(data: &Path, output: &Output, mapping: &Mapping, dry_run: bool) -> Result<LedgerTarget, Failure> {
        if let Some(service) = super::opened(data, output)? {
            return Ok(LedgerTarget { service: agreeing(service, mapping)?, config: None });
        }
        let scratch = Scratch::new(if dry_run { "dry-run" } else { "import" })?;
        let config = founding_of(mapping);
        let service = LedgerService::create_to_try(&scratch, &config)?;
        Ok(LedgerTarget { service, config: Some((config, data.to_path_buf(), scratch)) })
    }
}

impl<L: Log> LedgerTarget<L> {
    /// Whether the ledger is there, and not only as it would be.
    fn is_there(&self) -> bool {
        self.config.is_none()
    }

    /// Whether nobody may appoint officers and open offices.
    fn is_headless(&self) -> bool {
        let appoints = |role| matches!(role, Role::ProvincialHead | Role::Administrator);
        let model = self.service.model();
        !model.reference_data().organisation.officers.values().any(|officer| appoints(officer.role))
    }
}

impl<L: Records> Target for LedgerTarget<L> {
    type Error = RecordError;

    fn reference_data(&self) -> Result<ReferenceData, RecordError> {
        Ok(self.service.model().reference_data().clone())
    }

    fn next(&self) -> Position {
        self.service.model().position()
    }

    fn today(&self) -> Date {
        self.service.today()
    }

    fn place(&self, request: &RequestId) -> Result<Option<Position>, RecordError> {
        self.service.place_of(*request)
    }

    fn each_case(&self, show: &mut dyn FnMut(&CaseId, &[RecordedEvent])) {
        for (id, entries) in self.service.model().cases() {
            show(id, entries);
        }
    }

    fn each_complaint(&self, show: &mut dyn FnMut(&ComplaintId, &[RecordedEvent])) {
        for (id, entries) in self.service.model().complaints() {
            show(id, entries);
        }
    }

    fn case(&self, case: &CaseId) -> Vec<RecordedEvent> {
        self.service.model().case(case).unwrap_or_default().to_vec()
    }

    fn complaint(&self, complaint: &ComplaintId) -> Vec<RecordedEvent> {
        self.service.model().complaint(complaint).unwrap_or_default().to_vec()
    }

    fn read(&self, entries: &[RecordedEvent]) -> Result<Vec<RecordedEvent>, RecordError> {
        let mut words = Words::of(&self.service, entries.iter().map(|entry| (entry.position, &*entry.event)));
        let read = entries
            .iter()
            .map(|entry| Ok(RecordedEvent { event: Arc::new(words.event(&entry.event)?), ..entry.clone() }));
        read.collect()
    }

    fn taken_over_by(&self, case: &CaseId) -> Option<CaseId> {
        self.service.model().taken_over_by(case).next().cloned()
    }

    fn next_intake(&self, office: &OfficeCode, year: u16) -> u32 {
        self.service.model().next_number(StreamKind::Case, office, year)
    }

    fn next_complaint(&self, office: &OfficeCode, year: u16) -> u32 {
        self.service.model().next_number(StreamKind::Complaint, office, year)
    }

    fn officer_names(&self) -> Result<Vec<(OfficerNo, String)>, RecordError> {
        let (entries, reference_data) = {
            let model = self.service.model();
            (model.organisation().to_vec(), model.reference_data_at(model.position()))
        };
        let mut words = Words::of(&self.service, entries.iter().map(|entry| (entry.position, &*entry.event)));
        let mut names = Vec::new();
        for officer in reference_data.organisation.officers.values() {
            let person = words.personal(&officer.person)?;
            let name = shown(&person).ok_or_else(|| {
                let why = "the name of this officer is lost here, so that a row could not be told to be his";
                JsonError::new("officer", &officer.number.to_string(), why, "vault/ and keys/ from a backup")
            })?;
            names.push((officer.number, name.to_owned()));
        }
        Ok(names)
    }

    fn submit(&mut self, batch: &[RowAppend]) -> Result<(), RecordError> {
        L::submit(self, batch)
    }
}

fn group(row: &RowAppend) -> Result<Group, RecordError> {
    let mut parts = Vec::new();
    for stream in &row.streams {
        let subject = stream_id(&stream.stream).ok_or_else(|| {
            JsonError::new(
                "stream",
                &stream.stream.to_string(),
                "a stream that can be written to",
                "case, complaint, office, officer",
            )
        })?;
        for (at, event) in stream.events.iter().enumerate() {
            parts.push(Part {
                subject: subject.clone(),
                expected_version: stream.expected_version.filter(|_| at == 0),
                effective: Some(event.effective),
                actor: event.actor,
                provenance: Provenance::Imported,
                event: (*event.event).clone(),
            });
        }
    }
    Ok(Group { request: Some(row.request), at: None, parts })
}
