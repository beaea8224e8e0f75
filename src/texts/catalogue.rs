//! The catalogues: Fluent files, one a language, built into the program.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};

use crate::Language;

/// The sentences of one language, by name.
pub(crate) struct Catalogue(FluentBundle<FluentResource>);

static VI: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Language::Vi));
static EN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Language::En));

/// The text of a language's catalogue.
pub(crate) const fn source(language: Language) -> &'static str {
    match language {
        Language::Vi => include_str!("vi.ftl"),
        Language::En => include_str!("en.ftl"),
    }
}

impl Catalogue {
    /// The catalogue of a language.
    pub(crate) fn of(language: Language) -> &'static Catalogue {
        match language {
            Language::Vi => &VI,
            Language::En => &EN,
        }
    }

    fn read(language: Language) -> Catalogue {
        let name = match language {
            Language::Vi => "vi",
            Language::En => "en",
        };
        // What the tests let in has no faults; what is well formed of one that has is still said.
        let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(read, _)| read);
        let mut bundle = FluentBundle::new_concurrent(name.parse().into_iter().collect());
        // Sentences go to terminals and into JSON: no invisible marks around what stands in them.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Catalogue(bundle)
    }

    /// Whether there is a sentence of this name.
    #[cfg(test)]
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.has_message(name)
    }

    /// The sentence of a name with these values, and the faults of writing it. A name that the catalogue lacks stands for itself.
    pub(crate) fn write(
        &self,
        name: &str,
        values: Vec<(&'static str, String)>,
    ) -> (String, Vec<FluentError>) {
        let mut faults = Vec::new();
        let Some(pattern) = self.0.get_message(name).and_then(|message| message.value()) else {
            return (name.to_owned(), faults);
        };
        let args: FluentArgs<'_> = values.into_iter().collect();
        let said = self.0.format_pattern(pattern, Some(&args), &mut faults).into_owned();
        (said, faults)
    }
}
