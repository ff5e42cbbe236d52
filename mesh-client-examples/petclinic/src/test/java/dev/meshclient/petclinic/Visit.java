package dev.meshclient.petclinic;

/** A visit of a pet, as the service {@code visits} knows it. */
public record Visit(int petId, String reason) {}
