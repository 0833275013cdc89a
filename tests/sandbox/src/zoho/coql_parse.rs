//! The grammar of COQL: one select over one module, with the documented operators (reference, section 3.6).

use serde_json::json;

use super::error::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Select {
    pub(crate) columns: Vec<String>,
    pub(crate) module: String,
    pub(crate) condition: Condition,
    /// Column and whether ascending.
    pub(crate) order: Vec<(String, bool)>,
    pub(crate) limit: u64,
    pub(crate) offset: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Compare { column: String, operator: Operator, values: Vec<Literal> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Between,
    NotBetween,
    Like,
    NotLike,
    IsNull,
    IsNotNull,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64, String),
    Boolean(bool),
}

/// Rows without a limit clause, and the most that one may ask for.
const DEFAULT_LIMIT: u64 = 200;
/// Brackets nested deeper than this are refused.
const DEEPEST: usize = 64;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Symbol(&'static str),
}

struct Lexed {
    token: Token,
    column: usize,
}

pub(crate) fn parse(query: &str) -> Result<Select, Problem> {
    let mut parser = Parser { tokens: lex(query)?, at: 0, query };
    parser.select()
}

fn syntax(column: usize, near: &str) -> Problem {
    Problem::new(
        400,
        "SYNTAX_ERROR",
        "error occurred while parsing the query",
        json!({ "line": 1, "column": column, "near": near.chars().take(40).collect::<String>() }),
    )
}

pub(crate) fn missing_clause(clause: &str) -> Problem {
    Problem::new(400, "SYNTAX_ERROR", "missing clause", json!({ "clause": clause }))
}

fn lex(query: &str) -> Result<Vec<Lexed>, Problem> {
    let mut tokens = Vec::new();
    let mut chars = query.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let column = at + 1;
        if c.is_whitespace() || c == ';' && query.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()) {
            continue;
        }
        let token = match c {
            '\'' => {
                let mut text = String::new();
                loop {
                    match chars.next() {
                        None => return Err(syntax(column, query.get(at..).unwrap_or_default())),
                        Some((_, '\'')) => {
                            // A quote inside is doubled.
                            if chars.next_if(|(_, c)| *c == '\'').is_some() {
                                text.push('\'');
                            } else {
                                break;
                            }
                        }
                        Some((_, '\\')) if chars.peek().is_some_and(|(_, c)| matches!(c, '\'' | '\\')) => {
                            text.extend(chars.next().map(|(_, c)| c));
                        }
                        Some((_, c)) => text.push(c),
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
                None => return Err(syntax(column, "!")),
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
            other => return Err(syntax(column, &other.to_string())),
        };
        tokens.push(Lexed { token, column });
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<Lexed>,
    at: usize,
    query: &'a str,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|lexed| &lexed.token)
    }

    fn error(&self) -> Problem {
        let column = self.tokens.get(self.at).map_or(self.query.len() + 1, |lexed| lexed.column);
        syntax(column, self.query.get(column.saturating_sub(1)..).unwrap_or_default())
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword))
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        self.at += usize::from(found);
        found
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(known)) if *known == symbol);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Result<String, Problem> {
        match self.peek() {
            Some(Token::Word(word)) if !is_reserved(word) => {
                let word = word.clone();
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.error()),
        }
    }

    fn select(&mut self) -> Result<Select, Problem> {
        if !self.keyword("select") {
            return Err(missing_clause("select"));
        }
        let mut columns = vec![self.word()?];
        while self.symbol(",") {
            columns.push(self.word()?);
        }
        if !self.keyword("from") {
            return Err(if self.peek().is_none() { missing_clause("from") } else { self.error() });
        }
        let module = self.word()?;
        if !self.keyword("where") {
            return Err(missing_clause("where"));
        }
        let condition = self.condition(0)?;
        let mut order = Vec::new();
        if self.keyword("order") {
            if !self.keyword("by") {
                return Err(self.error());
            }
            loop {
                let column = self.word()?;
                let descending = self.keyword("desc");
                if !descending {
                    self.keyword("asc");
                }
                order.push((column, !descending));
                if !self.symbol(",") {
                    break;
                }
            }
        }
        let (mut limit, mut offset) = (DEFAULT_LIMIT, 0);
        if self.keyword("limit") {
            limit = self.whole()?;
            if self.symbol(",") {
                offset = limit;
                limit = self.whole()?;
            } else if self.keyword("offset") {
                offset = self.whole()?;
            }
        }
        if self.peek().is_some() {
            return Err(self.error());
        }
        Ok(Select { columns, module, condition, order, limit, offset })
    }

    fn whole(&mut self) -> Result<u64, Problem> {
        let number = match self.peek() {
            Some(Token::Word(word)) => word.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.error())?;
        self.at += 1;
        Ok(number)
    }

    /// One term, or two joined; more need brackets in pairs.
    fn condition(&mut self, depth: usize) -> Result<Condition, Problem> {
        if depth > DEEPEST {
            return Err(self.error());
        }
        let left = self.term(depth)?;
        let joined = if self.keyword("and") {
            Condition::And(Box::new(left), Box::new(self.term(depth)?))
        } else if self.keyword("or") {
            Condition::Or(Box::new(left), Box::new(self.term(depth)?))
        } else {
            return Ok(left);
        };
        if self.is_keyword("and") || self.is_keyword("or") {
            return Err(self.error());
        }
        Ok(joined)
    }

    fn term(&mut self, depth: usize) -> Result<Condition, Problem> {
        if self.symbol("(") {
            let inner = self.condition(depth + 1)?;
            return if self.symbol(")") { Ok(inner) } else { Err(self.error()) };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, Problem> {
        let column = self.word()?;
        let symbols = [
            ("=", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            ("<", Operator::Less),
            (">=", Operator::GreaterOrEqual),
            (">", Operator::Greater),
        ];
        for (symbol, operator) in symbols {
            if self.symbol(symbol) {
                let values = vec![self.literal()?];
                return Ok(Condition::Compare { column, operator, values });
            }
        }
        if self.keyword("is") {
            let operator = if self.keyword("not") { Operator::IsNotNull } else { Operator::IsNull };
            if !self.keyword("null") {
                return Err(self.error());
            }
            return Ok(Condition::Compare { column, operator, values: Vec::new() });
        }
        let negated = self.keyword("not");
        let (operator, values) = if self.keyword("in") {
            if !self.symbol("(") {
                return Err(self.error());
            }
            let mut values = vec![self.literal()?];
            while self.symbol(",") {
                values.push(self.literal()?);
            }
            if !self.symbol(")") {
                return Err(self.error());
            }
            (if negated { Operator::NotIn } else { Operator::In }, values)
        } else if self.keyword("between") {
            let low = self.literal()?;
            if !self.keyword("and") {
                return Err(self.error());
            }
            (if negated { Operator::NotBetween } else { Operator::Between }, vec![low, self.literal()?])
        } else if self.keyword("like") {
            (if negated { Operator::NotLike } else { Operator::Like }, vec![self.literal()?])
        } else {
            return Err(self.error());
        };
        Ok(Condition::Compare { column, operator, values })
    }

    fn literal(&mut self) -> Result<Literal, Problem> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Literal::Boolean(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Literal::Boolean(false),
            Some(Token::Word(word)) if !is_reserved(word) => match word.parse::<f64>() {
                Ok(number) if number.is_finite() => Literal::Number(number, word.clone()),
                // Dates may stand without quotes.
                _ if word.contains('-') || word.contains(':') => Literal::Text(word.clone()),
                _ => return Err(self.error()),
            },
            _ => return Err(self.error()),
        };
        self.at += 1;
        Ok(literal)
    }
}

fn is_reserved(word: &str) -> bool {
    [
        "select", "from", "where", "and", "or", "order", "by", "limit", "offset", "in", "not", "between",
        "like", "is", "null",
    ]
    .iter()
    .any(|reserved| word.eq_ignore_ascii_case(reserved))
}
