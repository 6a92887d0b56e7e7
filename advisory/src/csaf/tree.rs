//! The products of a document, found: branches flattened, relationships followed, groups expanded.

use super::document::Csaf;
use super::product::{Branch, FullProductName, Helper, ProductTree};
use std::collections::{BTreeMap, BTreeSet};

/// The products of a document by their ids.
#[derive(Debug, Clone, Default)]
pub struct Tree<'a> {
    /// Every definition in the order of the document; an id may be defined twice (6.1.2).
    pub definitions: Vec<Product<'a>>,
    /// Where the first definition of an id stands in `definitions`.
    by_id: BTreeMap<&'a str, usize>,
    /// The members of each group; of two groups of one id (6.1.5) the members of both.
    groups: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// A product.
#[derive(Debug, Clone)]
pub struct Product<'a> {
    /// Where it is defined, as a JSON pointer.
    pub path: String,
    /// The definition.
    pub definition: &'a FullProductName,
    /// The branches that lead to it, from the root: category and name.
    pub branches: Vec<(&'a str, &'a str)>,
    /// What it is made of, from the innermost part outwards; empty for a product of its own.
    pub parts: Vec<Part<'a>>,
}

/// A step of what a product is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// The id of the part.
    pub product: &'a str,
    /// What it is to the part before it: `default_component_of`; empty for the innermost.
    pub relation: &'a str,
}

impl<'a> Tree<'a> {
    /// The products of a document.
    #[must_use]
    pub fn of(document: &'a Csaf) -> Tree<'a> {
        let mut tree = Tree::default();
        let Some(written) = &document.product_tree else { return tree };
        tree.branches(&written.branches, "/product_tree/branches", &mut Vec::new());
        for (at, definition) in written.full_product_names.iter().enumerate() {
            tree.define(format!("/product_tree/full_product_names/{at}"), definition, Vec::new(), Vec::new());
        }
        tree.related(written);
        for group in &written.product_groups {
            let members = group.product_ids.iter().map(String::as_str);
            tree.groups.entry(&group.group_id).or_default().extend(members);
        }
        tree
    }

    /// The depth is that of the JSON, which is bounded.
    fn branches(&mut self, branches: &'a [Branch], path: &str, above: &mut Vec<(&'a str, &'a str)>) {
        for (at, branch) in branches.iter().enumerate() {
            above.push((&branch.category, &branch.name));
            if let Some(product) = &branch.product {
                self.define(format!("{path}/{at}/product"), product, above.clone(), Vec::new());
            }
            self.branches(&branch.branches, &format!("{path}/{at}/branches"), above);
            above.pop();
        }
    }

    fn related(&mut self, written: &'a ProductTree) {
        for (at, related) in written.relationships.iter().enumerate() {
            let parts = vec![
                Part { product: &related.product_reference, relation: "" },
                Part { product: &related.relates_to_product_reference, relation: &related.category },
            ];
            let path = format!("/product_tree/relationships/{at}/full_product_name");
            self.define(path, &related.full_product_name, Vec::new(), parts);
        }
        for (at, route) in written.product_paths.iter().enumerate() {
            let first = Part { product: &route.beginning_product_reference, relation: "" };
            let rest = route
                .subpaths
                .iter()
                .map(|step| Part { product: &step.next_product_reference, relation: &step.category });
            let parts = std::iter::once(first).chain(rest).collect();
            let path = format!("/product_tree/product_paths/{at}/full_product_name");
            self.define(path, &route.full_product_name, Vec::new(), parts);
        }
    }

    fn define(
        &mut self,
        path: String,
        definition: &'a FullProductName,
        branches: Vec<(&'a str, &'a str)>,
        parts: Vec<Part<'a>>,
    ) {
        self.by_id.entry(&definition.product_id).or_insert(self.definitions.len());
        self.definitions.push(Product { path, definition, branches, parts });
    }

    /// The product of that id; the first where the id is defined twice.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<&Product<'a>> {
        self.by_id.get(id).map(|at| &self.definitions[*at])
    }

    /// The members of the group of that id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&BTreeSet<&'a str>> {
        self.groups.get(id)
    }

    /// The products that are named one by one or by group. Groups that are not defined have no members.
    #[must_use]
    pub fn expand(&self, products: &'a [String], groups: &[String]) -> BTreeSet<&'a str> {
        let of_groups = groups.iter().filter_map(|id| self.group(id)).flatten().copied();
        products.iter().map(String::as_str).chain(of_groups).collect()
    }

    /// What a product is made of in the end: products without parts, from the innermost part outwards. Of a product
    /// that is a part of itself (6.1.3) nothing is made a second time.
    #[must_use]
    pub fn components(&self, id: &'a str) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.product(id) {
                Some(product) if !product.parts.is_empty() => {
                    waiting.extend(product.parts.iter().rev().map(|part| part.product));
                }
                _ => found.push(id),
            }
        }
        found
    }

    /// How to find a product on a host: its own helper, else that of its innermost part.
    #[must_use]
    pub fn helper(&self, id: &'a str) -> Option<&'a Helper> {
        let own = |id| self.product(id)?.definition.product_identification_helper.as_ref();
        own(id).or_else(|| own(self.components(id).first()?))
    }
}

/// How often a vulnerability's flags, remediations, threats and dates name a product, groups expanded. A small document
/// can name a great many: `n` members of a group in each of `n` remediations.
#[must_use]
pub fn mentions(document: &Csaf, tree: &Tree) -> usize {
    let of = |products: &[String], groups: &[String]| {
        products.len() + groups.iter().filter_map(|id| tree.group(id)).map(BTreeSet::len).sum::<usize>()
    };
    let each = document.vulnerabilities().iter().map(|v| {
        let flags = v.flags.iter().map(|flag| of(&flag.product_ids, &flag.group_ids));
        let remediations = v.remediations.iter().map(|r| of(&r.product_ids, &r.group_ids));
        let threats = v.threats.iter().map(|threat| of(&threat.product_ids, &threat.group_ids));
        flags.chain(remediations).chain(threats).fold(0usize, usize::saturating_add)
    });
    each.fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csaf::sample;
    use serde_json::json;

    #[test]
    fn products_are_found_by_branch_relationship_and_group() {
        let document = sample::with(&[]).document;
        let tree = Tree::of(&document);
        let jam = tree.product("jam").expect("jam");
        assert_eq!(jam.branches, [("vendor", "Quince"), ("product_version", "jam-1.2-3.x86_64")]);
        assert_eq!(jam.path, "/product_tree/branches/0/branches/1/product");
        assert_eq!(tree.components("quince-4:jam"), ["jam", "quince-4"]);
        assert_eq!(
            tree.helper("quince-4:jam").and_then(|helper| helper.package_urls().next()),
            Some("pkg:rpm/quince/jam@1.2-3?arch=x86_64")
        );
        assert_eq!(tree.expand(&["cloud".into()], &["both".into(), "none".into()]).len(), 3);
        assert!(tree.product("nothing").is_none());
    }

    #[test]
    fn a_product_that_is_a_part_of_itself_is_followed_once() {
        let turn = |id: &str, part: &str, whole: &str| {
            json!({"category": "installed_on", "full_product_name": {"name": id, "product_id": id},
                   "product_reference": part, "relates_to_product_reference": whole})
        };
        let circle = json!([turn("a", "b", "a"), turn("b", "a", "cloud")]);
        let document = sample::with(&[("/product_tree/relationships", circle)]).document;
        assert_eq!(Tree::of(&document).components("a"), ["cloud"]);
    }
}
