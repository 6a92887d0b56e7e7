//! Spoils the layout of a valid text without changing what it means.

use super::dice::Dice;

/// The text with other spaces: at the beginning and end of lines, and around signs that stand outside of strings.
pub fn damage(text: &str, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut heredoc: Option<String> = None;
    for line in text.split_inclusive('\n') {
        if let Some(marker) = &heredoc {
            out.push_str(line);
            if line.trim() == *marker {
                heredoc = None;
            }
            continue;
        }
        heredoc = line.split("<<").nth(1).map(|m| m.trim().trim_start_matches('-').to_string());
        if dice.percent(60) {
            out.push_str(dice.pick(&["", " ", "   ", "\t", "        "]));
            spread(line.trim_start_matches([' ', '\t']), dice, &mut out);
        } else {
            spread(line, dice, &mut out);
        }
    }
    out
}

fn spread(line: &str, dice: &mut Dice, out: &mut String) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in line.char_indices() {
        let code = !quoted && !escaped;
        if code
            && (line[at..].starts_with('#') || line[at..].starts_with("//") || line[at..].starts_with("<<"))
        {
            out.push_str(&line[at..]);
            return;
        }
        let alone = matches!(c, '[' | ']' | '(' | ')' | '{' | '}' | ',' | ' ');
        if code && c == ' ' && dice.percent(20) {
            // Terraform drops comments between labels.
            let last = if line.contains('=') && !line.contains('{') { " /* damaged */ " } else { "    " };
            out.push_str(dice.pick(&["  ", "\t", last]));
        } else if code && alone && dice.percent(15) {
            out.push(' ');
        }
        out.push(c);
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
    }
}
