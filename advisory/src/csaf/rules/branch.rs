//! Tests of branches: 6.1.31, 6.1.34, 6.1.57 and 6.1.58.

use super::{Findings, Subject};
use crate::csaf::product::Branch;

/// The deepest nesting that 2.1 allows.
const DEEPEST: usize = 30;

/// Calls `look` with every branch, its place, and the categories that lead to it, its own last.
fn walk<'a>(subject: &'a Subject, look: &mut dyn FnMut(&str, &'a Branch, &[&'a str])) {
    fn inner<'a>(
        branches: &'a [Branch],
        path: &str,
        above: &mut Vec<&'a str>,
        look: &mut dyn FnMut(&str, &'a Branch, &[&'a str]),
    ) {
        for (at, branch) in branches.iter().enumerate() {
            let path = format!("{path}/{at}");
            above.push(&branch.category);
            look(&path, branch, above);
            inner(&branch.branches, &format!("{path}/branches"), above, look);
            above.pop();
        }
    }
    if let Some(tree) = &subject.document.product_tree {
        inner(&tree.branches, "/product_tree/branches", &mut Vec::new(), look);
    }
}

/// Words that make a range.
const WORDS: [&str; 7] = ["after", "all", "before", "earlier", "later", "prior", "versions"];

/// 6.1.31: the words as words, so that `overall otter` and `after-eight` are names.
pub fn range(subject: &Subject, findings: &mut Findings) {
    walk(subject, &mut |path, branch, _| {
        let name = branch.name.to_lowercase();
        let worded = name.split_whitespace().any(|word| WORDS.contains(&word));
        if branch.category == "product_version" && (worded || name.contains(['<', '>'])) {
            findings.tell(format!("{path}/name"), format!("{} is a range of versions", branch.name));
        }
    });
}

/// 6.1.34
pub fn depth(subject: &Subject, findings: &mut Findings) {
    walk(subject, &mut |path, branch, above| {
        if above.len() > DEEPEST && branch.product.is_some() {
            findings.tell(path, format!("lies {} branches deep; at most {DEEPEST} are allowed", above.len()));
        }
    });
}

/// 6.1.57
pub fn stacked(subject: &Subject, findings: &mut Findings) {
    walk(subject, &mut |path, branch, above| {
        let twice = |category: &str| above.iter().filter(|other| **other == category).count() > 1;
        let stacked = above.iter().find(|category| **category != "product_family" && twice(category));
        if let (Some(category), true) = (stacked, branch.product.is_some()) {
            findings.tell(path, format!("has the category {category} twice on its path"));
        }
    });
}

/// 6.1.58
pub fn both_versions(subject: &Subject, findings: &mut Findings) {
    walk(subject, &mut |path, branch, above| {
        let both = above.contains(&"product_version") && above.contains(&"product_version_range");
        if both && branch.product.is_some() {
            findings.tell(path, "has both a version and a range of versions on its path");
        }
    });
}
