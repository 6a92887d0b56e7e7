//! A YAML document as the JSON value that it stands for; every scalar is a text.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value as Json};

pub fn read(text: &str) -> Json {
    let mut events =
        Parser::new_from_str(text).map(|event| event.expect("a document of the corpus is YAML").0);
    loop {
        match events.next().expect("a document has a value") {
            Event::StreamStart | Event::DocumentStart(_) => {}
            event => return value(event, &mut events),
        }
    }
}

fn value<'t>(event: Event<'t>, events: &mut impl Iterator<Item = Event<'t>>) -> Json {
    match event {
        Event::Scalar(text, ..) => Json::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut list = Vec::new();
            loop {
                match events.next().unwrap() {
                    Event::SequenceEnd => return Json::Array(list),
                    event => list.push(value(event, events)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut map = Map::new();
            loop {
                match events.next().unwrap() {
                    Event::MappingEnd => return Json::Object(map),
                    key => {
                        let key = value(key, events).as_str().unwrap().to_string();
                        let event = events.next().unwrap();
                        map.insert(key, value(event, events));
                    }
                }
            }
        }
        event => panic!("{event:?}"),
    }
}
