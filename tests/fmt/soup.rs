//! Random texts of the language: valid by their grammar, laid out by nobody.

use super::dice::Dice;

const NAMES: [&str; 14] =
    ["a", "bb", "ccc", "in", "for", "if", "type", "list", "foo-bar", "_x", "größe", "名前", "x1", "null"];
const BLOCKS: [&str; 6] = ["variable", "component", "check", "locals", "a", "tags"];
const LABELS: [&str; 10] = [
    "\"x\"",
    "\"long-label\"",
    "\"\"",
    "\"\\u00e4\"",
    "\"tab\\t\"",
    "bare",
    "x",
    "\"名前\"",
    "\"e\u{301}\"",
    "\"\\\"\"",
];
const NUMBERS: [&str; 7] = ["0", "1", "42", "1.5", "1e5", "2E-3", "100000"];
const STRINGS: [&str; 12] =
    ["", "x", "a b", "  ", "$", "%", "$${x}", "%%{x}", "\\n\\\"", "äöü", "👨‍👩‍👧 e\u{301}", "#//"];
const OPERATORS: [&str; 14] = ["+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "-"];

/// Writes one text.
pub struct Soup<'d> {
    dice: &'d mut Dice,
    out: String,
    /// Newlines may stand here: within parentheses or brackets.
    free: usize,
    ending: &'static str,
}

/// A text; mostly with `\n`, now and then with `\r\n`.
pub fn text(dice: &mut Dice) -> String {
    let ending = if dice.percent(8) { "\r\n" } else { "\n" };
    let mut soup = Soup { dice, out: String::new(), free: 0, ending };
    soup.body(3);
    if soup.dice.percent(10) {
        soup.out.truncate(soup.out.trim_end_matches(['\r', '\n']).len());
    }
    soup.out
}

impl Soup<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line_end(&mut self) {
        self.put(self.ending);
    }

    /// Something that may stand between two tokens.
    fn gap(&mut self) {
        match self.dice.below(40) {
            0..=15 => {}
            16..=29 => self.put(" "),
            30..=32 => self.put("   "),
            33 => self.put("\t"),
            34 => self.put("/* c */"),
            35 if self.dice.percent(30) => self.put("/* two\n   lines */"),
            36 | 37 if self.free > 0 => {
                self.line_end();
                self.gap();
            }
            38 if self.free > 0 => {
                let comment = self.dice.pick(&["# c", "// d", "#"]);
                self.put(comment);
                self.line_end();
                self.gap();
            }
            39 if self.free > 0 => {
                self.line_end();
                self.line_end();
            }
            _ => self.put(" "),
        }
    }

    /// As a gap, and never nothing.
    fn space(&mut self) {
        self.put(" ");
        if self.dice.percent(20) {
            self.gap();
        }
    }

    fn name(&mut self) {
        let name = self.dice.pick(&NAMES);
        self.put(name);
    }

    fn body(&mut self, depth: usize) {
        let free = std::mem::take(&mut self.free);
        let mut number = 0;
        for _ in 0..1 + self.dice.below(7) {
            self.indent();
            match self.dice.below(12) {
                0 => {}
                1 => self.comment_line(),
                2 | 3 if depth > 0 => self.block(depth - 1),
                _ => {
                    number += 1;
                    self.attribute(number, depth);
                }
            }
            self.line_end();
        }
        self.free = free;
    }

    fn indent(&mut self) {
        let indent = self.dice.pick(&["", "", " ", "  ", "    ", "\t"]);
        self.put(indent);
        if self.dice.percent(3) {
            self.put("/* lead */ ");
        }
    }

    fn comment_line(&mut self) {
        let comment =
            self.dice.pick(&["# one", "// two", "#", "/* three */", "/* four\n  lines */", "#ä  ", "//\t"]);
        self.put(comment);
    }

    fn end_comment(&mut self) {
        if self.dice.percent(25) {
            self.gap();
            let comment = self.dice.pick(&["# end", "// end", "#", "/* end */", "# ende ä"]);
            self.put(comment);
        }
    }

    /// `number` keeps the names of one body apart.
    fn attribute(&mut self, number: usize, depth: usize) {
        if number == 1 && self.dice.percent(20) {
            self.put("type");
            self.gap();
            self.put("=");
            self.gap();
            let kind = self.dice.pick(&[
                "list",
                "map",
                "set",
                "\"string\"",
                "\"list\"",
                "\"map\"",
                "\"set\"",
                "any",
            ]);
            self.put(kind);
            return self.end_comment();
        }
        let name = self.dice.pick(&["a", "bb", "lang", "größe", "x-y"]);
        self.put(&format!("{name}{number}"));
        self.gap();
        self.put("=");
        self.gap();
        let start = self.out.len();
        match self.dice.below(12) {
            0 => return self.heredoc(),
            1 => self.interpolation_alone(),
            _ => self.expression(depth + 1),
        }
        self.keep_if_alike(start);
        self.end_comment();
    }

    /// Takes back an interpolation alone that is formatted unlike terraform on purpose: one within another, or with a
    /// comment to the end of its line.
    fn keep_if_alike(&mut self, start: usize) {
        let unlike = self.out[start..].strip_prefix("\"${").is_some_and(|inside| {
            let first = inside.trim_start_matches(['~', ' ', '\t', '\r', '\n']);
            first.starts_with("\"${") || first.starts_with("/*") || inside.contains(['#', '/'])
        });
        if unlike {
            self.out.truncate(start);
            self.put("1");
        }
    }

    fn interpolation_alone(&mut self) {
        self.put("\"${");
        self.enclosed(|soup| soup.expression(2));
        self.put("}\"");
    }

    fn block(&mut self, depth: usize) {
        let kind = self.dice.pick(&BLOCKS);
        self.put(kind);
        for _ in 0..self.dice.below(3) {
            self.put(" ");
            let label = self.dice.pick(&LABELS);
            self.put(label);
        }
        self.put(" ");
        self.put("{");
        match self.dice.below(6) {
            0 => {
                self.gap();
                self.put("}");
            }
            1 => {
                self.gap();
                self.put("one");
                self.gap();
                self.put("=");
                self.gap();
                let start = self.out.len();
                self.expression(1);
                self.keep_if_alike(start);
                self.gap();
                self.put("}");
            }
            _ => {
                self.end_comment();
                self.line_end();
                self.body(depth);
                self.indent();
                self.put("}");
            }
        }
        self.end_comment();
    }

    fn enclosed(&mut self, inner: impl FnOnce(&mut Self)) {
        self.free += 1;
        self.gap();
        inner(self);
        self.gap();
        self.free -= 1;
    }

    fn expression(&mut self, depth: usize) {
        if depth == 0 {
            return self.leaf();
        }
        match self.dice.below(15) {
            0..=3 => self.leaf(),
            4 => self.string(depth - 1),
            5 => self.list(depth - 1),
            6 => self.object(depth - 1),
            7 => self.call(depth - 1),
            8 => {
                self.expression(depth - 1);
                self.space();
                let operator = self.dice.pick(&OPERATORS);
                self.put(operator);
                self.gap();
                self.expression(depth - 1);
            }
            9 => {
                self.expression(depth - 1);
                self.space();
                self.put("?");
                self.gap();
                self.expression(depth - 1);
                self.space();
                self.put(":");
                self.gap();
                self.expression(depth - 1);
            }
            10 => {
                self.put("(");
                self.enclosed(|soup| soup.expression(depth - 1));
                self.put(")");
            }
            11 => {
                let sign = self.dice.pick(&["-", "!", "- "]);
                self.put(sign);
                self.expression(depth - 1);
            }
            12 => self.comprehension(depth - 1),
            13 => self.traversal(depth - 1),
            _ => self.leaf(),
        }
    }

    fn leaf(&mut self) {
        match self.dice.below(6) {
            0 | 1 => {
                let number = self.dice.pick(&NUMBERS);
                self.put(number);
            }
            2 => self.string(0),
            3 => {
                let word = self.dice.pick(&["true", "false", "null", "var", "each"]);
                self.put(word);
            }
            _ => {
                let name = self.dice.pick(&["var", "local", "a", "foo-bar", "größe"]);
                self.put(name);
                self.put(".");
                self.name();
            }
        }
    }

    fn traversal(&mut self, depth: usize) {
        self.put("x");
        for _ in 0..1 + self.dice.below(3) {
            let part = self.dice.below(7);
            if part != 5 {
                self.gap();
            }
            match part {
                0 | 1 => {
                    self.put(".");
                    self.gap();
                    self.name();
                }
                2 => {
                    self.put("[");
                    self.enclosed(|soup| soup.expression(depth));
                    self.put("]");
                }
                3 => self.put("[*]"),
                4 => self.put(".*"),
                5 => self.put(".0"),
                _ => {
                    self.put("[\"k\"]");
                }
            }
        }
    }

    fn string(&mut self, depth: usize) {
        self.put("\"");
        for _ in 0..self.dice.below(3) {
            if depth > 0 && self.dice.percent(50) {
                self.sequence(depth - 1);
            } else {
                let text = self.dice.pick(&STRINGS);
                // A `$` before a sequence would escape it.
                self.put(text);
                self.put(if text.ends_with(['$', '%']) { " " } else { "" });
            }
        }
        self.put("\"");
    }

    fn sequence(&mut self, depth: usize) {
        match self.dice.below(5) {
            0 => {
                self.put("%{");
                self.gap();
                self.put("if ");
                self.expression(depth);
                self.gap();
                self.put("}yes%{ else }no%{");
                self.gap();
                self.put("endif");
                self.gap();
                self.put("}");
            }
            1 => {
                self.put("%{ for v in ");
                self.expression(depth);
                self.put(" ~}${v}%{ endfor }");
            }
            2 => {
                self.put("${~");
                self.enclosed(|soup| soup.expression(depth));
                self.put("~}");
            }
            _ => {
                self.put("${");
                self.enclosed(|soup| soup.expression(depth));
                self.put("}");
            }
        }
    }

    fn items(&mut self, depth: usize, ellipsis: bool) {
        self.free += 1;
        let count = self.dice.below(4);
        for at in 0..count {
            self.gap();
            self.expression(depth);
            self.gap();
            if at + 1 < count || self.dice.percent(30) {
                self.put(",");
            } else if ellipsis && self.dice.percent(20) {
                self.put("...");
            }
        }
        self.gap();
        self.free -= 1;
    }

    fn list(&mut self, depth: usize) {
        self.put("[");
        self.items(depth, false);
        self.put("]");
    }

    fn call(&mut self, depth: usize) {
        let name = self.dice.pick(&["max", "f", "provider::x::y", "provider :: x ::y", "tostring "]);
        self.put(name);
        self.put("(");
        self.items(depth, true);
        self.put(")");
    }

    fn object(&mut self, depth: usize) {
        let free = std::mem::take(&mut self.free);
        self.put("{");
        let inline = self.dice.percent(40);
        for at in 0..self.dice.below(4) {
            if inline && at > 0 {
                self.put(",");
            }
            if !inline {
                self.end_comment();
                self.line_end();
                self.indent();
            }
            match self.dice.below(5) {
                0 => self.string(0),
                1 => {
                    self.put("(");
                    self.enclosed(|soup| soup.expression(depth));
                    self.put(")");
                }
                2 => self.put("7"),
                _ => self.name(),
            }
            self.space();
            let sign = self.dice.pick(&["=", "=", "=", ":"]);
            self.put(sign);
            self.gap();
            self.expression(depth);
            if !inline && self.dice.percent(20) {
                self.put(",");
            }
        }
        if !inline {
            self.end_comment();
            self.line_end();
            self.indent();
        }
        self.put("}");
        self.free = free;
    }

    fn comprehension(&mut self, depth: usize) {
        let object = self.dice.percent(40);
        self.put(if object { "{" } else { "[" });
        self.free += 1;
        self.gap();
        // The parser wants a space or `\n` behind this word, and no `\r`.
        self.put("for ");
        self.put("k");
        if self.dice.percent(50) {
            self.gap();
            self.put(",");
            self.gap();
            self.put("v");
        }
        self.space();
        self.put("in");
        self.space();
        self.expression(depth);
        self.space();
        self.put(":");
        self.gap();
        self.expression(depth);
        if object {
            self.space();
            self.put("=>");
            self.gap();
            self.expression(depth);
            if self.dice.percent(20) {
                self.put("...");
            }
        }
        if self.dice.percent(30) {
            self.space();
            self.put("if");
            self.space();
            self.expression(depth);
        }
        self.gap();
        self.free -= 1;
        self.put(if object { "}" } else { "]" });
    }

    /// Ends on the line of its end marker.
    fn heredoc(&mut self) {
        let dash = if self.dice.percent(50) { "-" } else { "" };
        let marker = self.dice.pick(&["EOT", "E_1", "Ü"]);
        self.put(&format!("<<{dash}{marker}"));
        self.line_end();
        for _ in 0..self.dice.below(4) {
            let text = self.dice.pick(&[
                "",
                "  text",
                "\ttab = 1",
                "  # no comment",
                "a = 1",
                "\"q\" \\n",
                "$${x} %%{y}",
            ]);
            self.put(text);
            if self.dice.percent(40) {
                self.sequence(1);
                let text = self.dice.pick(&["", "  ", " more"]);
                self.put(text);
            }
            self.line_end();
        }
        let indent = if dash.is_empty() { "" } else { self.dice.pick(&["", "  ", "\t"]) };
        self.put(indent);
        self.put(marker);
    }
}
