//! What is wrong with a file that people wrote, told all at once and line by line.

use std::fmt;

/// One thing that is wrong with a script or a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line in the file, from 1; 0 means the file as a whole.
    pub line: u32,
    /// Dotted path of the key that it is about, such as `root.threshold`; empty for the whole file.
    pub key: String,
    /// What is wrong and what would be right, in one sentence.
    pub sentence: String,
}

impl Problem {
    /// A problem of the key at this line.
    pub fn new(line: u32, key: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            line,
            key: key.into(),
            sentence: sentence.into(),
        }
    }

    /// The problem as a compiler would print it: `FILE:LINE: sentence`, or `FILE: sentence` where
    /// it is about the whole file.
    pub fn in_file(&self, file: &str) -> String {
        if self.line == 0 {
            format!("{file}: {}", self.sentence)
        } else {
            format!("{file}:{}: {}", self.line, self.sentence)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            f.write_str(&self.sentence)
        } else {
            write!(f, "line {}: {}", self.line, self.sentence)
        }
    }
}

/// Every problem of one file, in the order of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one, in its place; the same one twice is one.
    pub fn add(&mut self, problem: Problem) {
        if let Err(place) = self.0.binary_search(&problem) {
            self.0.insert(place, problem);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// In the order of the lines.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// One line each, as a compiler would print them.
    pub fn in_file(&self, file: &str) -> String {
        self.0.iter().fold(String::new(), |text, problem| {
            text + &problem.in_file(file) + "\n"
        })
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Self {
        problems.into_iter().collect()
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        let mut collected = Self::default();
        for problem in problems {
            collected.add(problem);
        }
        collected
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        for problem in problems {
            self.add(problem);
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::{Problem, Problems};

    #[test]
    fn problems_are_in_the_order_of_the_lines() {
        let mut problems = Problems::default();
        problems.add(Problem::new(9, "b", "Nine."));
        problems.add(Problem::new(2, "a", "Two."));
        problems.add(Problem::new(2, "a", "Two."));
        problems.add(Problem::new(0, "", "All of it."));
        assert_eq!(
            problems.in_file("plan.toml"),
            "plan.toml: All of it.\nplan.toml:2: Two.\nplan.toml:9: Nine.\n"
        );
        assert_eq!(
            problems.to_string(),
            "All of it.\nline 2: Two.\nline 9: Nine."
        );
    }
}
