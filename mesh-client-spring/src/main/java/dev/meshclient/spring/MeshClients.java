package dev.meshclient.spring;

import java.util.Map;
import org.springframework.core.env.Environment;

/** The clients with {@link MeshClient}, and whether they use the mesh, for pages of operators. */
public final class MeshClients {
    private final AnnotatedClients annotated;
    private final Environment environment;

    MeshClients(AnnotatedClients annotated, Environment environment) {
        this.annotated = annotated;
        this.environment = environment;
    }

    /** The services by the names of the beans and of the clients of each {@link MeshClientSource}; it makes none of them. */
    public Map<String, String> services() {
        return annotated.allClients();
    }

    /** Whether they use the mesh. */
    public boolean isEnabled() {
        return areEnabled(environment);
    }

    /** {@code mesh.enabled}, read at run time: the conditions of an AOT jar are those of its build. */
    public static boolean areEnabled(Environment environment) {
        return environment.getProperty("mesh.enabled", Boolean.class, true);
    }
}
