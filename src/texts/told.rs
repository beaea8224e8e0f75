//! What commands say when something fails: why a ledger cannot be opened, and the ways out.

use crate::Language;
use crate::write::Writer;

/// Makes [`Told`] of a list of names, each with the texts that stand in it.
macro_rules! told {
    ($($name:ident $({ $($arg:ident),* })?;)*) => {
        /// A sentence of the catalogues about a failure. What the system or a file says of itself stands in it as it was given.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum Told {
            $(
                #[doc = concat!("`", stringify!($name), "` of the catalogues.")]
                $name $({ $(#[doc = concat!("Its `", stringify!($arg), "`.")] $arg: String),* })?,
            )*
        }

        impl Told {
            /// All sentences there are, each with the names of its texts.
            #[cfg(test)]
            pub(crate) const ALL: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($name), &[$($(stringify!($arg)),*)?])),*];

            /// The sentence in a language.
            pub fn say(&self, language: Language) -> String {
                match self {
                    $(Told::$name $({ $($arg),* })? => Writer::of(language).say(
                        stringify!($name),
                        vec![$($((stringify!($arg), $arg.clone())),*)?],
                    ),)*
                }
            }
        }
    };
}

told! {
    OpenLocked { pid, dir };
    OpenNoLedger { dir };
    OpenAlreadyThere { dir };
    OpenRemains { file };
    OpenNoRoom { dir, free, needed };
    OpenNotFounded { why };
    OpenDamaged { first, what };
    OpenDamagedTo { first, last, what };
    OpenSegments { first, what };
    OpenShort { size, cache, known };
    OpenOtherHistory { cache, signed };
    OpenOutOfOrder { end };
    OpenGone { end };
    OpenFork { first, what };
    OpenNotContinuous { why };
    OpenGenesis { why };
    HintMend;
    HintBeyondRepair;
    HintCutShort;
    HintForked;
    HintNoVault;
    HintOtherVault;
    HintNoSegments;
    HintSegmentsGone;
    HintNoLog;
    HintNoKey;
    HintStopped;
    HintFull;
    HintPermission;
    HintRoom;
    HintReadOnlyDisk;
    HintNotFound;
    HintInPlace;
    HintLookAtFile;
    HintFound;
    HintOtherDirectory;
    HintNewerProgram;
    HintNoRoom;
    HintNotFounded;
    HintLocked;
    HintBackupDamaged;
    HintBackupContents;
    HintContradiction;
    HintReload;
    HintNoBuild;
    HintFigures;
    HintStandardOutput;
}
