//! OpenVEX documents: a statement about a product is in force for it, unless a later one is.

use patchform_advisory::openvex::{self, Product, Statement, in_force};

/// One document.
pub fn run(data: &[u8]) {
    let reading = match openvex::read(data) {
        Ok(reading) => reading,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let statements: Vec<Statement> = reading.statements().take(50).collect();
    for statement in &statements {
        let vulnerability = statement.written.vulnerability.name.as_str();
        for product in statement.written.products.iter().take(20) {
            let Some(id) = product.ids().next() else { continue };
            let parts = if product.subcomponents.is_empty() {
                &statement.written.subcomponents
            } else {
                &product.subcomponents
            };
            let subcomponent = parts.first().and_then(|part| part.ids().next());
            if parts.is_empty() || subcomponent.is_some() {
                let found = in_force(&statements, vulnerability, Product { id, subcomponent });
                assert!(found.is_some_and(|found| found.since >= statement.since), "{vulnerability} {id}");
            }
        }
    }
}
