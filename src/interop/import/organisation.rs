//! The organisation that an import needs: offices and staff of the mapping, and officers whom rows name.

use std::sync::Arc;

use thads_cases::event::organisation::{OfficeOpened, OfficerAppointed};
use thads_cases::event::repair::NoteAdded;
use thads_cases::event::{Body, Event, EventMeta};
use thads_cases::ids::{OfficeNo, OfficerNo};
use thads_cases::organisation::Role;
use thads_cases::personal::{Person, Personal};
use thads_proof::record::{RequestId, StreamTag};

use super::identity;
use super::planner::{Planner, StreamParts, after, streams_of};
use super::target::{ImportedEvent, RowAppend};

impl Planner<'_> {
    /// The appends that go before any row: the offices and the staff of the mapping that the ledger lacks, and a note of
    /// each file of the import that has none yet.
    pub fn begin_import(&mut self, notes: Vec<(RequestId, String)>) -> Vec<RowAppend> {
        let mut appends = self.open_offices();
        let Some(opened) =
            self.reference_data.organisation.offices.get(&self.office).map(|office| office.from)
        else {
            return appends;
        };
        self.appointed = opened;
        for staff in &self.mapping.staff {
            if self.officers.contains_key(&staff.name) {
                continue;
            }
            let (number, event) = self.appointment(&staff.name, staff.role);
            let imported = self.appointing(event);
            self.fold_organisation(&imported);
            self.next = after(self.next, 1);
            self.officers.insert(staff.name.clone(), number);
            appends.push(RowAppend {
                request: identity::officer(self.mapping.office.code.as_str(), &staff.name),
                streams: streams_of([(StreamTag::Officer, number.to_string(), Some(0), vec![imported])]),
            });
        }
        for (request, text) in notes {
            let event = Arc::new(Event::bare(Body::NoteAdded(NoteAdded { text: Personal::Text(text) })));
            let note =
                ImportedEvent { effective: self.today, office: self.office, actor: OfficerNo(0), event };
            self.next = after(self.next, 1);
            let code = self.mapping.office.code.to_string();
            appends.push(RowAppend {
                request,
                streams: streams_of([(StreamTag::Office, code, None, vec![note])]),
            });
        }
        appends
    }

    /// The appointment of an officer under the next number.
    pub(super) fn appointment(&self, name: &str, role: Role) -> (OfficerNo, Event) {
        let last = self.reference_data.organisation.officers.keys().next_back();
        let number = OfficerNo(last.map_or(1, |last| last.0.saturating_add(1)));
        let person = Personal::Person(Person { name: name.to_owned(), ..Person::default() });
        let body = Body::OfficerAppointed(OfficerAppointed { number, office: self.office, role, person });
        (number, Event::bare(body))
    }

    /// An appointment takes effect on the day on which the office was opened: no row tells since when somebody is there,
    /// and the day of his first row in the file would depend on the file.
    fn appointing(&self, event: Event) -> ImportedEvent {
        ImportedEvent {
            effective: self.appointed,
            office: self.office,
            actor: OfficerNo(0),
            event: Arc::new(event),
        }
    }

    fn open_offices(&mut self) -> Vec<RowAppend> {
        let mut appends = Vec::new();
        for office in self.mapping.offices() {
            let organisation = &self.reference_data.organisation;
            let number = match organisation.office_by_code(&office.code) {
                Some(known) => known.number,
                None => {
                    let number =
                        organisation.offices.keys().next_back().map_or(1, |last| last.0.saturating_add(1));
                    let opened = OfficeOpened {
                        number: OfficeNo(number),
                        code: office.code.clone(),
                        name: office.name.clone(),
                        level: office.level,
                        parent: None,
                    };
                    let event = Arc::new(Event::bare(Body::OfficeOpened(opened)));
                    let imported = ImportedEvent {
                        effective: office.opened,
                        office: OfficeNo(number),
                        actor: OfficerNo(0),
                        event,
                    };
                    self.fold_organisation(&imported);
                    self.next = after(self.next, 1);
                    appends.push(RowAppend {
                        request: identity::office(office.code.as_str()),
                        streams: streams_of([(
                            StreamTag::Office,
                            office.code.to_string(),
                            Some(0),
                            vec![imported],
                        )]),
                    });
                    OfficeNo(number)
                }
            };
            self.offices.insert(office.code.to_string(), number);
        }
        self.office = self.offices.get(self.mapping.office.code.as_str()).copied().unwrap_or_default();
        appends
    }

    /// Appoints an officer from the next position on.
    pub(super) fn appoint(&mut self, number: OfficerNo, name: String, event: Event) -> StreamParts {
        let imported = self.appointing(event);
        self.fold_organisation(&imported);
        self.next = after(self.next, 1);
        self.officers.insert(name, number);
        (StreamTag::Officer, number.to_string(), Some(0), vec![imported])
    }

    fn fold_organisation(&mut self, imported: &ImportedEvent) {
        let at = EventMeta {
            nth: 0,
            position: self.next,
            on: imported.effective,
            recorded_on: self.today,
            office: imported.office,
            actor: imported.actor,
            imported: true,
        };
        imported.event.body.apply_to(&mut self.reference_data.organisation, &at);
    }
}
