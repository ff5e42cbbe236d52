package dev.meshclient.spring.actuate;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.spring.MeshClients;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** The part {@code mesh} of {@code /actuator/info}: what does not change from call to call. */
final class MeshInfoContributor implements InfoContributor {
    private final ObjectProvider<Mesh> mesh;
    private final MeshClients clients;
    private final @Nullable String version;

    /** @param version that of this library; null: it is not known, as where classes are in no jar */
    MeshInfoContributor(ObjectProvider<Mesh> mesh, MeshClients clients, @Nullable String version) {
        this.mesh = mesh;
        this.clients = clients;
        this.version = version;
    }

    @Override
    public void contribute(Info.Builder info) {
        Map<String, Object> facts = new LinkedHashMap<>();
        Mesh running = clients.isEnabled() ? mesh.getIfAvailable() : null;
        facts.put("enabled", running != null);
        if (version != null) {
            facts.put("version", version);
        }
        if (running != null) {
            MeshStatus status = running.status();
            facts.put("service", status.serviceMap().workload());
            facts.put("zone", StatusValues.locality(status.serviceMap().locality()));
            if (status.isReady()) {
                facts.put("revision", status.revision());
            }
        }
        info.withDetail("mesh", facts);
    }
}
