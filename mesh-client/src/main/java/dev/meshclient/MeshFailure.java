package dev.meshclient;

/**
 * An answer that the mesh itself gives. Every class that implements it is an {@link java.io.IOException}; a failure of the
 * peer or of the network keeps the type that OkHttp gave it instead.
 */
public interface MeshFailure {
    /** Envoy's response-flag letters where one exists: {@code NR UH UO UT UF}. */
    String reason();

    /** What was decided for the call until then. */
    Decision decision();

    /** What to do about it, in a sentence. */
    String advice();
}
