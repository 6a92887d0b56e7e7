//! Operators and conditions.

use super::room::Room;
use super::{Guess, Reading, Sort};
use crate::config::convert::unify;
use crate::config::eval::operate::{no_number, number};
use crate::config::eval::{no_common_type, no_truth, truth_of};
use crate::config::expr::{Binary, Expr, Unary};
use crate::config::types::Type;
use crate::config::value::{Marks, Value};

impl Reading {
    /// The truth of a condition, where it is known, and which marks it carries.
    pub(super) fn truth(&mut self, expr: &Expr, room: &Room<'_>, what: &str) -> (Option<bool>, Marks) {
        let guess = self.guess(expr, room);
        let marks = guess.marks();
        (self.truth_of(guess, expr, room, what), marks)
    }

    fn truth_of(&mut self, guess: Guess, expr: &Expr, room: &Room<'_>, what: &str) -> Option<bool> {
        match guess {
            Guess::Known(value) => self.found(truth_of(&value, expr, room.scope(), what))?.as_bool(),
            open => {
                if !open.may_be(&Type::Bool) {
                    let problem = no_truth(expr, open.kind(), room.scope(), what);
                    self.tell(room.explained(problem, expr));
                }
                None
            }
        }
    }

    /// Reads an operand that is to be a number, and answers which marks it carries.
    fn number(&mut self, operand: &Expr, whole: &Expr, symbol: &str, room: &Room<'_>) -> Marks {
        let guess = self.guess(operand, room);
        let marks = guess.marks();
        match guess {
            Guess::Known(value) => drop(self.found(number(&value, operand, whole, symbol, room.scope()))),
            open if open.may_be(&Type::Number) => {}
            open => {
                let problem = no_number(operand, whole, symbol, open.kind(), room.scope());
                self.tell(room.explained(problem, operand));
            }
        }
        marks
    }

    pub(super) fn unary(&mut self, expr: &Expr, op: Unary, operand: &Expr, room: &Room<'_>) -> Guess {
        match op {
            Unary::Not => {
                let (_, marks) = self.truth(operand, room, "the operand of !");
                Guess::Of(Type::Bool).marked(&marks)
            }
            Unary::Negate => {
                let marks = self.number(operand, expr, "-", room);
                Guess::Of(Type::Number).marked(&marks)
            }
        }
    }

    pub(super) fn binary(&mut self, expr: &Expr, op: Binary, two: &[Expr; 2], room: &Room<'_>) -> Guess {
        match op {
            Binary::And | Binary::Or => {
                let what = if op == Binary::And { "an operand of &&" } else { "an operand of ||" };
                let (decided, mut marks) = self.truth(&two[0], room, what);
                let right = match decided {
                    // The first one decides.
                    Some(holds) if holds == (op == Binary::Or) => {
                        return Guess::Known(Value::bool(holds)).marked(&marks);
                    }
                    Some(_) => self.guess(&two[1], room),
                    None => self.guarded(|reading| reading.guess(&two[1], room)),
                };
                if decided.is_some() {
                    marks = marks.and(&right.marks());
                }
                self.truth_of(right, &two[1], room, what);
                Guess::Of(Type::Bool).marked(&marks)
            }
            Binary::Equal | Binary::NotEqual => {
                let [left, right] = two.each_ref().map(|operand| self.guess(operand, room).deep_marks());
                Guess::Of(Type::Bool).marked(&left.and(&right))
            }
            _ => {
                let [left, right] = two.each_ref().map(|one| self.number(one, expr, op.symbol(), room));
                let compares = matches!(
                    op,
                    Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual
                );
                Guess::Of(if compares { Type::Bool } else { Type::Number }).marked(&left.and(&right))
            }
        }
    }

    pub(super) fn conditional(&mut self, expr: &Expr, three: &[Expr; 3], room: &Room<'_>) -> Guess {
        let [condition, yes, no] = three;
        let (holds, marks) = self.truth(condition, room, "the condition of ? :");
        let before = self.told();
        let mut branch = |expr: &Expr, is_taken: bool| match is_taken {
            true => self.guess(expr, room),
            false => self.guarded(|reading| reading.guess(expr, room)),
        };
        let (first, second) = (branch(yes, holds == Some(true)), branch(no, holds == Some(false)));
        if self.told() > before {
            return Guess::ANY;
        }
        let own = match holds {
            Some(true) => first.marks(),
            Some(false) => second.marks(),
            None => first.marks().common(&second.marks()),
        };
        if let Some(agreed) = agreed(&first, &second) {
            return agreed.marked(&marks.and(&own));
        }
        let chosen = if holds == Some(false) { no } else { yes };
        let both = [&first, &second].map(shown);
        let problem = no_common_type(expr, chosen.span(), both, room.scope());
        self.tell(room.explained(problem, expr));
        Guess::ANY
    }
}

/// What is known of a value that is one of two; nothing where they have no type in common.
fn agreed(first: &Guess, second: &Guess) -> Option<Guess> {
    if first.sort().differs(second.sort()) {
        return None;
    }
    if [first, second].iter().any(|guess| guess.sort() == Sort::Block) {
        return Some(Guess::ANY);
    }
    let types = [first.ty(), second.ty()];
    // A bare null has the type of the other.
    for (one, other) in [(first, &types[1]), (second, &types[0])] {
        if one.as_known().is_some_and(Value::is_bare_null) {
            return Some(Guess::of(other.clone()));
        }
    }
    match types.each_ref().map(Type::has_any) {
        [false, false] => unify(&types).map(Guess::of),
        _ if types[0] == types[1] => Some(Guess::of(types[0].clone())),
        _ => Some(Guess::ANY),
    }
}

fn shown(guess: &Guess) -> String {
    match guess {
        Guess::Known(value) if value.is_sensitive() => value.kind().to_string(),
        other => other.ty().brief(),
    }
}
