//! The words of a query. A text stands in single or double quotes; a quote inside is doubled (Kaizen #171).

use serde_json::json;

use crate::zoho::error::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Symbol(&'static str),
}

pub(super) struct Lexed {
    pub(super) token: Token,
    /// Where it starts, in bytes.
    pub(super) at: usize,
}

/// A refusal that names the line, the column and what stands there.
pub(super) fn syntax(query: &str, at: usize) -> Problem {
    let before = query.get(..at).unwrap_or(query);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let near: String = query.get(at..).unwrap_or_default().chars().take(40).collect();
    Problem::new(
        400,
        "SYNTAX_ERROR",
        "error occurred while parsing the query",
        json!({ "line": line, "column": column, "near": near }),
    )
}

pub(super) fn lex(query: &str) -> Result<Vec<Lexed>, Problem> {
    let mut tokens = Vec::new();
    let mut chars = query.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() || c == ';' && query.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()) {
            continue;
        }
        let token = match c {
            '\'' | '"' => {
                let mut text = String::new();
                loop {
                    match chars.next() {
                        None => return Err(syntax(query, at)),
                        Some((_, quote)) if quote == c => {
                            if chars.next_if(|(_, next)| *next == c).is_none() {
                                break;
                            }
                            text.push(c);
                        }
                        Some((_, '\\'))
                            if chars.peek().is_some_and(|(_, next)| *next == c || *next == '\\') =>
                        {
                            text.extend(chars.next().map(|(_, next)| next));
                        }
                        Some((_, other)) => text.push(other),
                    }
                }
                Token::Text(text)
            }
            '(' => Token::Symbol("("),
            ')' => Token::Symbol(")"),
            ',' => Token::Symbol(","),
            '=' => Token::Symbol("="),
            '<' => match chars.next_if(|(_, c)| matches!(c, '=' | '>')) {
                Some((_, '=')) => Token::Symbol("<="),
                Some(_) => Token::Symbol("!="),
                None => Token::Symbol("<"),
            },
            '>' => match chars.next_if(|(_, c)| *c == '=') {
                Some(_) => Token::Symbol(">="),
                None => Token::Symbol(">"),
            },
            '!' => match chars.next_if(|(_, c)| *c == '=') {
                Some(_) => Token::Symbol("!="),
                None => return Err(syntax(query, at)),
            },
            c if c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '+' | '.') => {
                let mut word = String::from(c);
                while let Some((_, next)) = chars.next_if(|(at, c)| {
                    c.is_alphanumeric()
                        || matches!(c, '_' | '$' | '.' | ':' | '+' | '-')
                        // `What_Id->Leads.Last_Name`
                        || *c == '>' && query.get(..*at).is_some_and(|before| before.ends_with('-'))
                }) {
                    word.push(next);
                }
                Token::Word(word)
            }
            _ => return Err(syntax(query, at)),
        };
        tokens.push(Lexed { token, at });
    }
    Ok(tokens)
}
