package dev.meshclient.spring;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.policy.Locality;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts properties into the builder of a mesh. What the builder refuses is reported with the name of the property. */
final class PropertiesMapping {
    private PropertiesMapping() {}

    static void apply(MeshProperties properties, Mesh.Builder mesh) {
        for (String host : properties.claims()) {
            checked("mesh.claims", host, () -> mesh.claim(host));
        }
        mesh.outboundTrafficPolicy(properties.outboundTrafficPolicy());
        var fetch = properties.initialFetchTimeout();
        checked("mesh.initial-fetch-timeout", fetch, () -> mesh.initialFetchTimeout(fetch));
        checked("mesh.stale-ttl", properties.staleTtl(), () -> mesh.staleTtl(properties.staleTtl()));
        checked("mesh.drain-timeout", properties.drainTimeout(), () -> mesh.drainTimeout(properties.drainTimeout()));
        if (!properties.snapshot().enabled()) {
            mesh.snapshotDirectory(null);
        } else if (properties.snapshot().directory() != null) {
            mesh.snapshotDirectory(properties.snapshot().directory());
        }
        MountedIdentity identity = identity("mesh.identity", properties.identity());
        if (identity != null) {
            mesh.identity(identity);
        }
        properties.certificates().forEach((name, stated) -> {
            String property = "mesh.certificates." + name;
            MountedIdentity certificate = identity(property, stated);
            if (certificate == null) {
                throw refused(property + ".directory", null, "a certificate needs the directory of its files");
            }
            mesh.certificate(name, certificate);
        });
        properties.tokens().forEach((name, stated) -> {
            if (stated.file() == null) {
                throw refused("mesh.tokens." + name + ".file", null, "a token needs the path of its file");
            }
            mesh.token(name, TokenSource.file(stated.file()));
        });
    }

    /** @param environment what the platform states, for the parts that no property states */
    static Workload workload(MeshProperties properties, @Nullable String applicationName, Workload environment) {
        String service = properties.service() != null
                ? properties.service()
                : applicationName != null && !applicationName.isBlank() ? applicationName : environment.service();
        Workload workload = placed(Workload.of(service), properties, environment.locality());
        for (var label : properties.labels().entrySet()) {
            workload = checked(
                    "mesh.labels", label.getKey(), workload, known -> known.label(label.getKey(), label.getValue()));
        }
        return workload;
    }

    private static Workload placed(Workload workload, MeshProperties properties, Locality environment) {
        String region = properties.region();
        String zone = properties.zone();
        if (region == null && zone == null) {
            region = environment.region().isEmpty() ? null : environment.region();
            zone = environment.zone().isEmpty() ? null : environment.zone();
        }
        if (zone == null) {
            String alone = region;
            return alone == null ? workload : checked("mesh.region", alone, workload, known -> known.region(alone));
        }
        if (region != null && zone.contains("/") && !zone.startsWith(region + "/")) {
            throw refused("mesh.zone", zone, "its region is another one than mesh.region, '" + region + "'");
        }
        String full = region != null && !zone.contains("/") ? region + "/" + zone : zone;
        return checked("mesh.zone", full, workload, known -> known.zone(full));
    }

    /** Null: none is stated. */
    private static @Nullable MountedIdentity identity(String property, MeshProperties.IdentityProperties stated) {
        if (stated.directory() == null) {
            if (stated.certificate() != null || stated.privateKey() != null || stated.trustBundle() != null) {
                throw refused(property + ".directory", null, "names of files need the directory that they are in");
            }
            return null;
        }
        MountedIdentity identity = files(property, MountedIdentity.at(stated.directory()), stated);
        String password = stated.keyPassword();
        if (password != null) {
            identity = identity.withKeyPassword(password::toCharArray);
        }
        for (var bundle : stated.federated().entrySet()) {
            identity = checked(
                    property + ".federated",
                    bundle.getKey(),
                    identity,
                    known -> known.withFederated(bundle.getKey(), bundle.getValue()));
        }
        return identity;
    }

    private static MountedIdentity files(
            String property, MountedIdentity identity, MeshProperties.IdentityProperties stated) {
        String certificate = stated.certificate();
        String key = stated.privateKey();
        String bundle = stated.trustBundle();
        if (certificate == null && key == null && bundle == null) {
            return identity;
        }
        if (certificate == null || key == null) {
            String missing = property + (certificate == null ? ".certificate" : ".private-key");
            throw refused(missing, null, "certificate and private-key are stated together, or neither");
        }
        return bundle == null ? identity.withFiles(certificate, key) : identity.withFiles(certificate, key, bundle);
    }

    private static void checked(String property, Object value, Runnable step) {
        made(property, value, () -> {
            step.run();
            return true;
        });
    }

    static <T> T checked(String property, Object value, T before, UnaryOperator<T> step) {
        return made(property, value, () -> step.apply(before));
    }

    static <T> T made(String property, Object value, Supplier<T> step) {
        try {
            return step.get();
        } catch (IllegalArgumentException e) {
            throw refused(property, value, String.valueOf(e.getMessage()));
        }
    }

    /** @param value null: the property is missing */
    static MeshConfigurationException refused(String property, @Nullable Object value, String reason) {
        return value == null
                ? new MeshConfigurationException(
                        "The property " + property + " is missing: " + reason + ".", "State " + property + ".")
                : new MeshConfigurationException(
                        "The property " + property + " has a bad value, '" + value + "': " + reason + ".",
                        "Correct " + property + ".");
    }
}
