package dev.meshclient;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;

/**
 * Writes the policy document of a test. Fields that have no method here are given as JSON, one or several with commas between;
 * JSON may have ' for ".
 */
public final class Documents {
    private final StringJoiner metadata = new StringJoiner(", ");
    private final StringJoiner fields = new StringJoiner(", ");
    private final StringJoiner services = new StringJoiner(", ");

    private Documents(String mesh) {
        metadata.add("'mesh': '" + mesh + "'");
    }

    public static Documents mesh(String name) {
        return new Documents(name);
    }

    /** A service whose only host is its name. */
    public static Service service(String name) {
        return service(name, name);
    }

    public static Service service(String name, String... hosts) {
        return new Service(name, hosts);
    }

    public Documents epoch(String epoch) {
        return metadata("'epoch': '" + epoch + "'");
    }

    public Documents version(long version) {
        return metadata("'version': " + version);
    }

    public Documents metadata(String json) {
        add(metadata, json);
        return this;
    }

    /** Fields of the document. */
    public Documents with(String json) {
        add(fields, json);
        return this;
    }

    public Documents services(Service... added) {
        for (Service service : added) {
            services.add(service.json());
        }
        return this;
    }

    /** Services as JSON, each after its name. */
    public Documents services(String json) {
        add(services, json);
        return this;
    }

    public String json() {
        StringJoiner document = new StringJoiner(", ", "{", "}")
                .add("'apiVersion': 'meshclient.dev/v1', 'kind': 'MeshPolicy', 'metadata': {" + metadata + "}");
        add(document, fields.toString());
        return document.add("'services': {" + services + "}").toString().replace('\'', '"');
    }

    public PolicyDocument read() throws PolicyException {
        return PolicyCodec.read(json());
    }

    public PolicyDocument readStrict() throws PolicyException {
        return PolicyCodec.readStrict(json().getBytes(StandardCharsets.UTF_8));
    }

    public MemoryPolicySource source() {
        return PolicySource.lenient(json());
    }

    private static void add(StringJoiner to, String json) {
        if (!json.isBlank()) {
            to.add(json);
        }
    }

    /** One service of a document. */
    public static final class Service {
        private final String name;
        private final StringJoiner fields = new StringJoiner(", ");
        private final StringJoiner endpoints = new StringJoiner(", ", ", 'endpoints': [", "]").setEmptyValue("");

        private Service(String name, String... hosts) {
            this.name = name;
            fields.add("'hosts': ['" + String.join("', '", hosts) + "']");
        }

        /** An endpoint on this machine. */
        public Service endpoint(int port) {
            return endpoint("127.0.0.1", port);
        }

        public Service endpoint(String address, int port) {
            return endpoint(address, port, "");
        }

        /** @param json more fields of the endpoint */
        public Service endpoint(String address, int port, String json) {
            StringJoiner endpoint =
                    new StringJoiner(", ", "{", "}").add("'address': '" + address + "', 'port': " + port);
            add(endpoint, json);
            return endpoints(List.of(endpoint.toString()));
        }

        /** Endpoints as JSON objects. */
        public Service endpoints(Collection<String> json) {
            endpoints.setEmptyValue(", 'endpoints': []");
            json.forEach(endpoints::add);
            return this;
        }

        /** Fields of the service. */
        public Service with(String json) {
            add(fields, json);
            return this;
        }

        public String json() {
            return "'" + name + "': {" + fields + endpoints + "}";
        }
    }
}
