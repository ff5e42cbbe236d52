package dev.meshclient.spring;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.policy.Locality;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;

/** Puts properties into the builder of a mesh. What the builder refuses is reported with the name of the property. */
final class PropertiesMapping {
    private static final String WORKLOAD_NAME = "service.istio.io/workload-name";
    private static final String CLUSTER = "topology.istio.io/cluster";

    private PropertiesMapping() {}

    /** Everything but the identity. */
    static void apply(MeshProperties properties, Supplier<SslBundles> sslBundles, Mesh.Builder mesh) {
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
        properties.certificates().forEach((name, stated) -> {
            String property = "mesh.certificates." + name;
            WorkloadIdentity certificate = identity(property, stated, sslBundles);
            if (certificate == null) {
                throw refused(
                        property + ".directory",
                        null,
                        "a certificate needs the directory of its files, or an ssl-bundle");
            }
            mesh.certificate(name, certificate);
        });
        properties.tokens().forEach((name, stated) -> {
            String property = "mesh.tokens." + name + ".file";
            String file = stated.file();
            if (file == null) {
                throw refused(property, null, "a token needs the path of its file");
            }
            checked(property, file, () -> mesh.token(name, TokenSource.file(Path.of(file))));
        });
    }

    /** Beans of type {@link TokenSource}, by their names. */
    static void tokens(Map<String, TokenSource> beans, MeshProperties properties, Mesh.Builder mesh) {
        beans.forEach((name, source) -> {
            MeshProperties.TokenProperties stated = properties.tokens().get(name);
            if (stated != null) {
                throw refused(
                        "mesh.tokens." + name + ".file",
                        stated.file(),
                        "a bean of type TokenSource has the name '" + name + "', too; remove one of the two");
            }
            mesh.token(name, source);
        });
    }

    /** @param platform reads what the environment of the platform states, for the parts that no property states */
    static Workload workload(MeshProperties properties, @Nullable String applicationName, Supplier<Workload> platform) {
        String service = properties.service() != null
                ? properties.service()
                : applicationName != null && !applicationName.isBlank()
                        ? applicationName
                        : read(platform).service();
        Workload workload = placed(Workload.of(service), properties, platform);
        for (var label : properties.labels().entrySet()) {
            workload = checked(
                    "mesh.labels", label.getKey(), workload, known -> known.label(label.getKey(), label.getValue()));
        }
        workload = labelled(workload, WORKLOAD_NAME, "mesh.workload-name", properties.workloadName());
        workload = labelled(workload, CLUSTER, "mesh.cluster", properties.cluster());
        String instance = properties.instance();
        return instance == null ? workload : workload.instance(instance);
    }

    private static Workload labelled(Workload workload, String label, String property, @Nullable String value) {
        if (value == null) {
            return workload;
        }
        if (workload.labels().containsKey(label)) {
            throw refused(property, value, "mesh.labels has " + label + ", too; remove one of the two");
        }
        return workload.label(label, value);
    }

    /** The variables of the mesh are its properties, too, but those of the platforms are not. */
    private static Workload read(Supplier<Workload> platform) {
        try {
            return platform.get();
        } catch (IllegalArgumentException e) {
            throw new MeshConfigurationException(
                    "The environment of this process is not usable: " + e.getMessage() + ".",
                    "Correct the variable, or state mesh.service and mesh.zone: then the mesh reads no variable of the platform.");
        }
    }

    private static Workload placed(Workload workload, MeshProperties properties, Supplier<Workload> platform) {
        String region = properties.region();
        String zone = properties.zone();
        if (region == null && zone == null) {
            Locality locality = read(platform).locality();
            region = locality.region().isEmpty() ? null : locality.region();
            zone = locality.zone().isEmpty() ? null : locality.zone();
        }
        String own = region;
        Workload inRegion = own == null ? workload : checked("mesh.region", own, workload, known -> known.region(own));
        if (zone == null) {
            return inRegion;
        }
        if (own != null && zone.contains("/") && !zone.startsWith(own + "/")) {
            throw refused("mesh.zone", zone, "its region is another one than mesh.region, '" + own + "'");
        }
        String full = own != null && !zone.contains("/") ? own + "/" + zone : zone;
        return checked("mesh.zone", full, inRegion, known -> known.zone(full));
    }

    /** Null: none is stated. */
    static @Nullable WorkloadIdentity identity(
            String property, MeshProperties.IdentityProperties stated, Supplier<SslBundles> sslBundles) {
        String directory = stated.directory();
        String bundle = stated.sslBundle();
        String other = stated.ofDirectory();
        if (directory == null && other != null) {
            throw refused(property + ".directory", null, property + "." + other + " needs the directory of the files");
        }
        if (bundle == null) {
            return directory == null ? null : mounted(property, directory, stated);
        }
        if (directory != null) {
            throw refused(
                    property + ".ssl-bundle", bundle, property + ".directory is stated, too; remove one of the two");
        }
        return new SslBundleIdentity(OkHttpTls.having(bundle, property + ".ssl-bundle", sslBundles), bundle);
    }

    private static MountedIdentity mounted(
            String property, String directory, MeshProperties.IdentityProperties stated) {
        MountedIdentity at = made(property + ".directory", directory, () -> MountedIdentity.at(Path.of(directory)));
        MountedIdentity identity = files(property, at, stated);
        String password = stated.keyPassword();
        if (password != null) {
            identity = identity.withKeyPassword(password::toCharArray);
        }
        for (var bundle : stated.federated().entrySet()) {
            identity = checked(
                    property + ".federated",
                    bundle.getKey(),
                    identity,
                    known -> known.withFederated(bundle.getKey(), Path.of(bundle.getValue())));
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
