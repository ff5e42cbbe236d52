package dev.meshclient.spring;

import dev.meshclient.Mesh;

/** Changes the builder of the auto-configured mesh. Beans of this type are called in their order, after all properties and beans. */
@FunctionalInterface
public interface MeshBuilderCustomizer {
    /** Changes the builder. */
    void customize(Mesh.Builder mesh);
}
