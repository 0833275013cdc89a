//! The grammar of COQL: one select over one module, with the documented operators (reference, section 3.6;
//! COQL-Overview and COQL-Limitations of Zoho CRM API v8).

use serde_json::json;

use super::lex::{Lexed, Token, lex, syntax};
use crate::zoho::error::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Select {
    pub(crate) outputs: Vec<Output>,
    pub(crate) module: String,
    pub(crate) condition: Condition,
    pub(crate) group: Vec<String>,
    /// Column and whether ascending.
    pub(crate) order: Vec<(String, bool)>,
    pub(crate) limit: u64,
    pub(crate) offset: u64,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    Column(String),
    Aggregate(Function, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Count,
    Max,
    Min,
    Sum,
    Avg,
}

impl Function {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Function::Count => "COUNT",
            Function::Max => "MAX",
            Function::Min => "MIN",
            Function::Sum => "SUM",
            Function::Avg => "AVG",
        }
    }

    fn from_name(name: &str) -> Option<Function> {
        [Function::Count, Function::Max, Function::Min, Function::Sum, Function::Avg]
            .into_iter()
            .find(|function| function.name().eq_ignore_ascii_case(name))
    }
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

pub(crate) fn parse(query: &str) -> Result<Select, Problem> {
    let mut parser = Parser { tokens: lex(query)?, at: 0, query };
    parser.select()
}

pub(crate) fn missing_clause(clause: &str) -> Problem {
    Problem::new(400, "SYNTAX_ERROR", "missing clause", json!({ "clause": clause }))
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
        syntax(self.query, self.tokens.get(self.at).map_or(self.query.len(), |lexed| lexed.at))
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
        let mut outputs = vec![self.output()?];
        while self.symbol(",") {
            outputs.push(self.output()?);
        }
        if !self.keyword("from") {
            return Err(if self.peek().is_none() { missing_clause("from") } else { self.error() });
        }
        let module = self.word()?;
        if !self.keyword("where") {
            return Err(missing_clause("where"));
        }
        let condition = self.condition(0)?;
        let mut group = Vec::new();
        if self.keyword("group") {
            if !self.keyword("by") {
                return Err(self.error());
            }
            group.push(self.name()?);
            while self.symbol(",") {
                group.push(self.name()?);
            }
        }
        let mut order = Vec::new();
        if self.keyword("order") {
            if !self.keyword("by") {
                return Err(self.error());
            }
            loop {
                let column = self.name()?;
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
        Ok(Select { outputs, module, condition, group, order, limit, offset })
    }

    /// A column, or a function of one: `COUNT(id)`.
    fn output(&mut self) -> Result<Output, Problem> {
        if let Some(Token::Word(word)) = self.peek()
            && let Some(function) = Function::from_name(word)
            && matches!(self.tokens.get(self.at + 1), Some(Lexed { token: Token::Symbol("("), .. }))
        {
            self.at += 2;
            let column = self.name()?;
            return if self.symbol(")") {
                Ok(Output::Aggregate(function, column))
            } else {
                Err(self.error())
            };
        }
        self.name().map(Output::Column)
    }

    /// A column's name. In quotes it may be a reserved word or contain signs (Kaizen #171).
    fn name(&mut self) -> Result<String, Problem> {
        if let Some(Token::Text(text)) = self.peek() {
            let text = text.clone();
            self.at += 1;
            return Ok(text);
        }
        self.word()
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
        let column = self.name()?;
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
        "select", "from", "where", "and", "or", "group", "order", "by", "external", "limit", "offset", "in",
        "not", "between", "like", "is", "null",
    ]
    .iter()
    .any(|reserved| word.eq_ignore_ascii_case(reserved))
}
