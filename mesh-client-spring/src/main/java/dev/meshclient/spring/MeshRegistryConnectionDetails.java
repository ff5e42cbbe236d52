package dev.meshclient.spring;

import java.net.URI;
import java.util.List;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/** The servers of the policy document. A bean of this type replaces {@code mesh.registry.url}, in tests for example. */
public interface MeshRegistryConnectionDetails extends ConnectionDetails {
    /** At least one URL; the others have the same document and are requested when one fails. */
    List<URI> urls();
}
