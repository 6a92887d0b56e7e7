//! Text between the tags of pictures.

/// The text, so that nothing of it is a tag. What XML cannot hold, and what turns the reading direction, is replaced.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() => out.push('\u{fffd}'),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('\u{fffd}')
            }
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_tag() {
        for (text, escaped) in [
            ("a<b> & \"c\"", "a&lt;b&gt; &amp; &quot;c&quot;"),
            ("two\nlines\ttab", "two\nlines\u{fffd}tab"),
            ("\u{1b}[31m\u{202e}\u{ffff}", "\u{fffd}[31m\u{fffd}\u{fffd}"),
            ("Grüße → 東京", "Grüße → 東京"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
