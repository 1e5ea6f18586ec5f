//! Whole numbers as users write them: one that its type cannot hold breaks a limit, and is none of a
//! wrong type.

use crate::setting::Setting;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A type with a largest number, which no limit admits.
pub trait Whole: TryFrom<i64> + TryFrom<u64> {
    /// That number.
    const MOST: Self;
    /// The type's name, for errors.
    const NAME: &'static str;
}

impl Whole for u32 {
    const MOST: Self = Self::MAX;
    const NAME: &'static str = "u32";
}

impl Whole for u64 {
    const MOST: Self = Self::MAX;
    const NAME: &'static str = "u64";
}

impl Whole for i32 {
    const MOST: Self = Self::MAX;
    const NAME: &'static str = "i32";
}

/// A number; the type's largest one stands for what the type cannot hold, negative or not.
pub fn plain<'de, D: Deserializer<'de>, T: Whole>(deserializer: D) -> Result<T, D::Error> {
    Held::deserialize(deserializer).map(|held| held.0)
}

/// The same, or null.
pub fn optional<'de, D: Deserializer<'de>, T: Whole>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let held = Option::<Held<T>>::deserialize(deserializer)?;
    Ok(held.map(|held| held.0))
}

/// The same as a setting that the user wrote.
pub fn setting<'de, D: Deserializer<'de>, T: Whole>(
    deserializer: D,
) -> Result<Setting<T>, D::Error> {
    Setting::<Held<T>>::deserialize(deserializer).map(|written| written.map(|held| held.0))
}

struct Held<T>(T);

impl<'de, T: Whole> Deserialize<'de> for Held<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(Reader(PhantomData)).map(Self)
    }
}

struct Reader<T>(PhantomData<T>);

impl<T: Whole> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Ok(T::try_from(number).unwrap_or(T::MOST))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::try_from(number).unwrap_or(T::MOST))
    }

    /// A whole number that 64 bits cannot hold comes as this, too.
    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        if number.abs() >= i64::MAX as f64 {
            return Ok(T::MOST);
        }
        Err(E::invalid_type(Unexpected::Float(number), &self))
    }
}
