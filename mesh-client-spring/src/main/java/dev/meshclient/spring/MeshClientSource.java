package dev.meshclient.spring;

import java.util.Map;

/**
 * Clients in the mesh that are no beans with {@link MeshClient}, such as groups of HTTP interfaces. All beans of this type are used;
 * they may be made before all other beans, so that their methods are static and look nothing up.
 */
public interface MeshClientSource {
    /**
     * The hosts of the services that the clients call, by the names of the clients. The mesh claims these hosts when it is built, and
     * the line at the end of the start lists them. No client is made for it: definitions and properties decide.
     */
    Map<String, String> services();

    /**
     * Fails if a client would bypass the mesh, after the singletons were made; not called while {@code mesh.enabled=false}.
     *
     * @throws MeshConfigurationException with the problem and what to do about it
     */
    void check();
}
