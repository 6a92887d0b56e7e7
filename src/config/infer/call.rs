//! Calls: how many arguments there are, what each can be, and what the function will give.

use super::cast::Cast;
use super::room::Room;
use super::{Guess, Reading, Sort};
use crate::config::convert::fit;
use crate::config::eval::call::{
    check_count, fitted, no_spread, refused, told, unfit, with_arguments, written_out,
};
use crate::config::expr::{Call, Expr};
use crate::config::functions::{self, Fault, Function, Param, Rule, Work};
use crate::config::types::Type;
use crate::config::value::{Entries, Marks, Value};

/// Functions that pass on what they are given, or look something up by name or number, and look into nothing else.
const PASSING: [&str; 10] =
    ["merge", "concat", "reverse", "slice", "element", "lookup", "values", "keys", "one", "zipmap"];

/// A call in the reading, with what is known of its arguments.
pub(super) struct Called<'a> {
    pub expr: &'a Expr,
    pub call: &'a Call,
    pub function: &'a Function,
    /// As its parameters want them.
    pub args: Vec<Guess>,
    /// Whether one of them is a secret: what would give it away is not told.
    pub hidden: bool,
}

impl Called<'_> {
    /// Whether one of its arguments is a value whose keys nobody may see.
    fn hides_names(&self) -> bool {
        self.args.iter().any(|arg| arg.as_known().is_some_and(Value::is_sensitive))
    }
}

impl Reading {
    pub(super) fn call(&mut self, expr: &Expr, call: &Call, room: &Room<'_>) -> Guess {
        let Some(function) = functions::find(call.name.strip_prefix("core::").unwrap_or(&call.name)) else {
            // That there is none was told where the expression was read.
            call.args.iter().for_each(|arg| drop(self.guess(arg, room)));
            return Guess::ANY;
        };
        match function.work {
            // What fails in them is meant to.
            Work::Try => return Guess::ANY,
            Work::Can => return Guess::Of(Type::Bool),
            Work::Refused(why) => self.tell(refused(expr, call, function, why, room.scope())),
            Work::Named(_) => drop(self.found(written_out(call, room.scope()))),
            Work::Plain(_) | Work::Files(_) => {}
        }
        let before = self.told();
        let Some(args) = self.arguments(expr, call, room) else { return function.any_result() };
        let hidden = args.iter().any(|arg| arg.deep_marks().is_sensitive());
        let (args, marks) = function.rule.apply(args);
        let args = self.fitting(expr, call, function, args, room);
        if self.told() > before {
            return function.any_result();
        }
        self.called(&Called { expr, call, function, args, hidden }, room).marked(&marks)
    }

    /// What is known of the arguments; nothing where it cannot be told how many there are.
    fn arguments(&mut self, expr: &Expr, call: &Call, room: &Room<'_>) -> Option<Vec<Guess>> {
        let mut args: Vec<Guess> = call.args.iter().map(|arg| self.guess(arg, room)).collect();
        if !call.spread {
            return Some(args);
        }
        let last = args.pop()?;
        let marks = last.marks();
        match last.bare() {
            Guess::Tuple(items) => args.extend(items.into_iter().map(|item| item.marked(&marks))),
            Guess::Known(value) if value.as_items().is_some() => {
                let items = value.as_items().unwrap_or_default();
                args.extend(items.iter().map(|item| Guess::Known(item.clone().marked(value.marks()))));
            }
            last => {
                if last.sort() != Sort::Sequence && last.sort() != Sort::Any {
                    let problem = no_spread(expr, last.kind(), room.scope());
                    self.tell(room.explained(problem, expr));
                }
                return None;
            }
        }
        Some(args)
    }

    /// The arguments as the parameters want them.
    fn fitting(
        &mut self,
        expr: &Expr,
        call: &Call,
        function: &Function,
        args: Vec<Guess>,
        room: &Room<'_>,
    ) -> Vec<Guess> {
        if let Err(problem) = check_count(expr, call, function, args.len(), room.scope()) {
            self.tell(problem);
            return args;
        }
        let mut all = Vec::with_capacity(args.len());
        for (index, arg) in args.into_iter().enumerate() {
            let fitting = match function.param(index) {
                Some(param) => self.fitting_one(expr, call, (index, param), arg, room),
                None => arg,
            };
            all.push(fitting);
        }
        all
    }

    fn fitting_one(
        &mut self,
        expr: &Expr,
        call: &Call,
        (index, param): (usize, &Param),
        arg: Guess,
        room: &Room<'_>,
    ) -> Guess {
        let scope = room.scope();
        if let Guess::Known(value) = arg {
            let hidden = value.is_sensitive();
            return self.known(fitted(expr, call, index, param, value, hidden, scope));
        }
        fit(&arg, &param.takes.ty()).unwrap_or_else(|error| {
            let place = call.args.get(index).or(call.args.last()).unwrap_or(expr);
            let problem = unfit(place, call, param, Some(&error), scope);
            self.tell(room.explained(problem, place));
            Guess::ANY
        })
    }

    fn called(&mut self, called: &Called<'_>, room: &Room<'_>) -> Guess {
        let Called { expr, call, function, args, .. } = called;
        let can_run = !matches!(function.work, Work::Files(_)) || room.scope().file_reader().is_some();
        let known = || args.iter().map(|arg| arg.as_known().cloned()).collect::<Option<Vec<Value>>>();
        if let Some(values) = known().filter(|_| can_run) {
            return self.known(with_arguments(expr, call, function, values, room.scope()));
        }
        let is_open = |arg: &Guess| matches!(arg, Guess::Of(_));
        // A stand-in carries no marks: whose keys are secret is not told.
        if PASSING.contains(&function.name) && !args.iter().any(is_open) && !called.hides_names() {
            let mut cast = Cast::default();
            let values = args.iter().map(|arg| cast.stand_in(arg)).collect();
            let made = self.found(with_arguments(expr, call, function, values, room.scope()));
            return made.map_or(Guess::ANY, |value| cast.meant(&value));
        }
        if matches!(function.name, "templatefile" | "templatestring") {
            return self.template(called, room);
        }
        let before = self.told();
        self.sorts(called, room);
        if self.told() == before {
            self.literals(called, room);
        }
        if self.told() > before { function.any_result() } else { called.result() }
    }

    /// Functions that take anything, and say themselves of what sort it must be.
    fn sorts(&mut self, called: &Called<'_>, room: &Room<'_>) {
        let Called { function, args, .. } = called;
        if let Some(target) = target(function.name) {
            if let Some(Err(error)) = args.first().map(|arg| fit(arg, &target)) {
                self.fault(called, Fault::at(0, error.describe("value")), room);
            }
            return;
        }
        for (index, arg) in args.iter().enumerate() {
            if !takes(function.name, index, arg) {
                // In its own words, which it must have: else it would take it.
                let fault = self.complaint(called, room).filter(|fault| fault.argument == Some(index));
                return fault.into_iter().for_each(|fault| self.fault(called, fault, room));
            }
        }
        if function.name == "setproduct" {
            let unlike = |(index, arg)| Some((index, fit(arg, &Type::list(Type::Any)).err()?));
            if let Some((index, error)) = args.iter().enumerate().find_map(unlike) {
                self.fault(called, Fault::at(index, error.describe("set")), room);
            }
        }
        let clash = |a: &Guess| args.iter().any(|b| a.sort().differs(b.sort()));
        if function.name == "coalesce" && args.iter().any(clash) {
            let fault = self.complaint(called, room).filter(|fault| fault.argument.is_none());
            fault.into_iter().for_each(|fault| self.fault(called, fault, room));
        }
    }

    /// What the function says of values of these types that have nothing in them.
    fn complaint(&self, called: &Called<'_>, room: &Room<'_>) -> Option<Fault> {
        let mut cast = Cast::default();
        let values: Vec<Value> = called.args.iter().map(|arg| empty(arg, &mut cast)).collect();
        match called.function.work {
            Work::Plain(work) => work(&values).err(),
            Work::Named(work) => work(&values, room.scope()).err(),
            _ => None,
        }
    }

    pub(super) fn fault(&mut self, called: &Called<'_>, fault: Fault, room: &Room<'_>) {
        let Called { expr, call, .. } = called;
        let problem = told(expr, call, fault, called.hidden, room.scope());
        self.tell(room.explained(problem, expr));
    }
}

impl Rule {
    /// The arguments without the marks that the result of a function carries, and these.
    fn apply(self, args: Vec<Guess>) -> (Vec<Guess>, Marks) {
        let all = |marks: fn(&Guess) -> Marks| args.iter().fold(Marks::NONE, |all, arg| all.and(&marks(arg)));
        match self {
            Rule::Whole => {
                let marks = all(Guess::deep_marks);
                (args.into_iter().map(Guess::bare_deep).collect(), marks)
            }
            Rule::Parts => {
                let marks = all(Guess::marks);
                (args.into_iter().map(Guess::bare).collect(), marks)
            }
            Rule::Free => (args, Marks::NONE),
        }
    }
}

/// A value of what is known, with nothing in it that is not.
fn empty(guess: &Guess, cast: &mut Cast) -> Value {
    match guess {
        Guess::Of(Type::Bool) => Value::bool(true),
        Guess::Of(Type::Number) => Value::number(0_i64),
        Guess::Of(Type::String) => Value::string(""),
        Guess::Of(Type::List(_)) => Value::list(Vec::new()),
        Guess::Of(Type::Set(_)) => Value::set(Vec::new()),
        Guess::Of(Type::Map(_)) => Value::map(Entries::new()),
        Guess::Of(_) => Value::NULL,
        parts => cast.stand_in(parts),
    }
}

/// The type that a function converts to.
pub(super) fn target(name: &str) -> Option<Type> {
    Some(match name {
        "tostring" => Type::String,
        "tonumber" => Type::Number,
        "tobool" => Type::Bool,
        "tolist" => Type::list(Type::Any),
        "toset" => Type::set(Type::Any),
        "tomap" => Type::map(Type::Any),
        _ => return None,
    })
}

/// Whether a function takes something of this sort as an argument: its parameter takes anything.
fn takes(name: &str, index: usize, arg: &Guess) -> bool {
    let sort = arg.sort();
    let is_set = matches!(arg, Guess::Of(Type::Set(_)));
    let wanted = match (name, index) {
        ("length", 0) if matches!(arg, Guess::Of(Type::Bool | Type::Number)) => return false,
        ("contains" | "one" | "flatten" | "index" | "reverse", 0) => Sort::Sequence,
        ("slice" | "element", 0) if is_set => return false,
        ("concat", _) | ("zipmap", 1) if is_set => return false,
        ("slice" | "element", 0) | ("concat" | "coalescelist" | "setproduct", _) => Sort::Sequence,
        ("zipmap", 1) => Sort::Sequence,
        ("keys" | "values" | "lookup", 0) | ("merge", _) | ("templatestring", 1) => Sort::Table,
        ("lookup", 3..) => return false,
        _ => return true,
    };
    !sort.differs(wanted)
}
