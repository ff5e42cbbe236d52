package dev.meshclient.petclinic;

import java.util.List;

/** What the gateway answers: an owner, and the visits of each pet. */
public record OwnerDetails(String name, List<PetDetails> pets) {
    public record PetDetails(String name, List<String> visits) {}

    public static OwnerDetails of(Owner owner, List<Visit> visits) {
        return new OwnerDetails(
                owner.name(),
                owner.pets().stream()
                        .map(pet -> new PetDetails(
                                pet.name(),
                                visits.stream()
                                        .filter(visit -> visit.petId() == pet.id())
                                        .map(Visit::reason)
                                        .toList()))
                        .toList());
    }
}
