//! The evidence as an auditor meets it: through the public interface only.

#[cfg(test)]
mod example;
#[cfg(test)]
mod format;
#[cfg(test)]
mod one_byte;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod torn;
#[cfg(test)]
mod vectors;
