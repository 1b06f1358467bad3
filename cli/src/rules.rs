//! The rules of `easyauth settings lint`, one page each.
//!
//! `easyauth settings rule RULE` prints the same.
#![allow(non_snake_case, reason = "the names of rules")]

macro_rules! pages {
    ($($id:ident)+) => {
        $(
            #[doc = include_str!(concat!("../docs/rules/", stringify!($id), ".md"))]
            pub mod $id {}
        )+
    };
}

pages! {
    TS1 TS2 TS3 TS4 HT1 HT3 HT4 HT5 LO1 LO2 LO3 LO4
    LO5 LO6 IS1 IS2 IS3 IS4 IS5 IS7 IS6 AU1 AU2 AU3
    AZ1 AZ2 AZ3 AZ4 AZ5 AZ6 AZ7 AZ8 AZ9 AU4 UN1 UN2
    UN3 UN4 UN5 UN6 UN7 EX1 EX2 EX3 EX4 EX6 LP1 LP2
    LP3 LP4 LP5 LP6 LP8 LP9 LP10 LP11 LP12 LP13 LP14 LP15
    LP16 LP17 LP18 LP19 LP20 SE1 SE2 SE3 SE4 ST1 ST2 ST4
    ST21 ST5 ST6 ST7 ST9 ST11 ST3 ST10 ST12 ST13 ST14 ST16
    ST17 CA1 ST18 SW1 SW2 SW3 SW4 SW5 MC1 MC2 MC3 MC4
    AP1 AP2 RG1 RG2 RG3 RG4 RG5 RG6 RG7 ST15 ST19 ST22
    ST20
}
