package dev.meshclient.petclinic;

import java.util.List;

/** An owner, as the service {@code customers} knows it. */
public record Owner(int id, String name, List<Pet> pets) {
    public record Pet(int id, String name) {}

    /** The ids of the pets: {@code 1,2}. */
    public String petIds() {
        return String.join(
                ",", pets.stream().map(pet -> String.valueOf(pet.id())).toList());
    }
}
