//! The routes of the group `pets`: one function, one artifact, one cold start for all of them.

use routegen::{Claims, Json, Path, Problem, Query, Res, route};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    access::Caller,
    catalogue::{Catalogue, Pet},
};

/// The parameters of a path, by name. `routegen` compares them with the path before anything is deployed.
#[derive(Debug, Deserialize, JsonSchema)]
struct OfShelter {
    shelter: String,
    id: u32,
}

/// Which pets a client requests.
#[derive(Debug, Deserialize, JsonSchema)]
struct Filter {
    species: Option<String>,
}

/// The errors, as clients see them: each has a status, and some a type by which programs recognize it.
#[derive(Debug, Problem)]
enum PetError {
    #[problem(
        status = 404,
        type = "https://pets.example/problems/no-pet",
        title = "There is no such pet",
        detail = "the shelter {shelter} has no pet {id}"
    )]
    NoPet {
        shelter: String,
        #[problem(member)]
        id: u32,
    },
    #[problem(status = 422, detail = "nobody here knows the species {0}")]
    UnknownSpecies(String),
    /// Anything else: a client without access, or an error that is only logged.
    #[problem(transparent)]
    Other(#[from] Problem),
}

/// Lists the pets of a shelter
#[route(GET, "/shelters/{shelter}/pets", auth = "api_key", lambda = "pets", memory = 256, tags = ["pets"])]
async fn list_pets(
    Path(shelter): Path<String>,
    Query(filter): Query<Filter>,
    caller: Claims<Caller>,
    catalogue: Res<Catalogue>,
) -> Result<Json<Vec<Pet>>, Problem> {
    caller.expect(&shelter)?;
    let wanted = |pet: &&Pet| filter.species.as_ref().is_none_or(|species| pet.species == *species);
    Ok(Json(catalogue.of(&shelter).filter(wanted).cloned().collect()))
}

/// Retrieves a pet
///
/// The shorter path is the older one, and goes with the next version.
#[route(GET, "/shelters/{shelter}/pets/{id}", auth = "api_key", lambda = "pets", tags = ["pets"])]
#[route(
    GET, "/{shelter}/{id}", auth = "api_key", lambda = "pets", name = "get_pet_v0", tags = ["pets"], deprecated = true
)]
async fn get_pet(
    Path(asked): Path<OfShelter>,
    caller: Claims<Caller>,
    catalogue: Res<Catalogue>,
) -> Result<Json<Pet>, PetError> {
    caller.expect(&asked.shelter)?;
    let pet = catalogue.of(&asked.shelter).find(|pet| pet.id == asked.id).cloned();
    let OfShelter { shelter, id } = asked;
    pet.map(Json).ok_or(PetError::NoPet { shelter, id })
}

/// What someone offers a pet.
#[derive(Debug, Deserialize, JsonSchema)]
struct Home {
    species: String,
    square_metres: u32,
}

/// Whether the home is large enough.
#[derive(Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
struct Verdict {
    suitable: bool,
}

/// Says whether a home suits a species
#[route(POST, "/homes/check", auth = "api_key", lambda = "pets", tags = ["homes"])]
async fn check_home(catalogue: Res<Catalogue>, Json(home): Json<Home>) -> Result<Json<Verdict>, PetError> {
    let needed = match home.species.as_str() {
        "cat" => 30,
        "dog" => 60,
        "tortoise" => 4,
        _ => return Err(PetError::UnknownSpecies(home.species)),
    };
    tracing::info!(species = home.species, pets = catalogue.len(), "a home was checked");
    Ok(Json(Verdict { suitable: home.square_metres >= needed }))
}

#[cfg(test)]
mod tests {
    use routegen::testing::{self, Call};
    use serde_json::{Value, json};

    use super::*;

    /// Makes a call from the shelter `north`.
    fn from_north(call: Call) -> Call {
        call.authorizer_context(json!({ "shelter": "north" }))
    }

    #[tokio::test]
    async fn a_shelter_sees_its_own_pets() {
        let call = from_north(testing::get("/shelters/north/pets?species=dog"));
        let pets: Vec<Pet> = call.call(list_pets).await.json();
        assert_eq!(pets.iter().map(|pet| pet.name.as_str()).collect::<Vec<_>>(), ["Grace"]);
        let call = from_north(testing::get("/shelters/south/pets"));
        assert_eq!(call.call(list_pets).await.status(), 403);
    }

    #[tokio::test]
    async fn a_pet_has_two_paths() {
        for path in ["/shelters/north/pets/1", "/north/1"] {
            let pet: Pet = from_north(testing::get(path)).call(get_pet).await.json();
            assert_eq!(pet.name, "Ada", "{path}");
        }
    }

    #[tokio::test]
    async fn a_missing_pet_is_a_problem_of_its_own_type() {
        let response = from_north(testing::get("/shelters/north/pets/9")).call(get_pet).await;
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let expected = json!({
            "type": "https://pets.example/problems/no-pet",
            "title": "There is no such pet",
            "status": 404,
            "detail": "the shelter north has no pet 9",
            "id": 9,
        });
        assert_eq!(response.json::<Value>(), expected);
    }

    #[tokio::test]
    async fn a_home_is_checked() {
        let check = |home: Value| from_north(testing::post("/homes/check").json(home)).call(check_home);
        let verdict = check(json!({ "species": "cat", "square_metres": 29 })).await;
        assert_eq!(verdict.json::<Verdict>(), Verdict { suitable: false });
        assert_eq!(check(json!({ "species": "yeti", "square_metres": 9 })).await.status(), 422);
    }
}
