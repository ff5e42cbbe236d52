package dev.meshclient.policy.json;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a whole document: its head, clusters, defaults and services. */
final class DocumentReader {
    static final String API_VERSION = "meshclient.dev/v1";
    static final String KIND = "MeshPolicy";
    private static final Words<String> API_VERSIONS = Words.of(new String[] {API_VERSION}, word -> word);
    private static final Words<String> KINDS = FieldHints.kinds(Words.of(new String[] {KIND}, word -> word));
    /** Paths of the fields that state the version and kind of the document. */
    static final Set<String> HEAD = Set.of("apiVersion", "kind");

    static final Pattern DATE_TIME =
            Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}"
                    + "(\\.[0-9]{1,9})?(Z|[+-]((0[0-9]|1[0-7]):[0-5][0-9]|18:00))");
    private static final String DATE_TIME_EXPECTED = "a date-time as in RFC 3339, such as 2026-11-22T18:00:00Z";
    private static final int MAX_NAME = 1024;

    private static final Words<OutboundTrafficPolicy> OUTBOUND = Words.of(OutboundTrafficPolicy.values());

    private static final Words<Cluster.State> CLUSTER_STATES = Words.of(Cluster.State.values());

    private static final ObjectReader<Cluster.Builder> CLUSTER = ObjectReader.<Cluster.Builder>ignoringOthers()
            .fields(DocumentReader::ofCluster, "name", "priority", "state", "gateway", "gatewaySni");

    /** A reader that ignores a part of the scope would take services for missing that the document does not cover. */
    private static final ObjectReader<Metadata.Builder> SCOPE = ObjectReader.<Metadata.Builder>refusingOthers()
            .required(
                    "hosts",
                    "an array of hosts",
                    (in, m) -> m.scope(new DocumentScope(new LinkedHashSet<>(in.list(0, JsonCursor::text)))));

    private static final ObjectReader<Metadata.Builder> METADATA = ObjectReader.<Metadata.Builder>ignoringOthers()
            .fields(DocumentReader::ofMetadata, "mesh", "epoch", "version", "generated", "ttl", "scope");

    private final ServiceReader serviceReader = new ServiceReader();
    private final @Nullable KnownServices known;
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final List<String> removed = new ArrayList<>();
    private Settings defaults = Settings.NONE;
    private Map<String, JwtProvider> providers = Map.of();
    private boolean isOther;

    private final ObjectReader<MeshPolicy.Builder> document = ObjectReader.<MeshPolicy.Builder>ignoringOthers()
            .fields(this::ofDocument, "$schema", "apiVersion", "kind", "metadata", "trustDomain")
            .fields(this::ofDocument, "outboundTrafficPolicy", "clusters", "jwtProviders", "defaults", "services")
            .required("apiVersion", API_VERSION)
            .required("kind", KIND)
            .required("metadata", "an object")
            .required("services", "an object: services by name")
            .misplaced("on a service, or in defaults", "authorization", "requestAuthentication", "credentials");

    /** @param known the services of the last document; null: there is none */
    DocumentReader(@Nullable KnownServices known) {
        this.known = known;
    }

    MeshPolicy read(JsonCursor in) throws IOException {
        MeshPolicy.Builder policy = document.read(in, MeshPolicy.builder());
        services.replaceAll((name, service) -> {
            Settings settings = named(service.settings());
            return settings == service.settings()
                    ? service
                    : service.toBuilder().settings(settings).build();
        });
        return policy.jwtProviders(providers)
                .defaults(named(defaults))
                .services(services)
                .removed(removed)
                .build();
    }

    /** Whether the version or kind is another one: its fields differ, so problems of its fields are of no use. */
    boolean isOther() {
        return isOther;
    }

    private void ofDocument(String name, JsonCursor in, MeshPolicy.Builder p) throws IOException {
        switch (name) {
            case "$schema" -> schema(in);
            case "apiVersion" -> head(in, API_VERSIONS);
            case "kind" -> head(in, KINDS);
            case "metadata" -> p.metadata(METADATA.read(in, Metadata.builder()).build());
            case "trustDomain" -> p.trustDomain(in.text());
            case "outboundTrafficPolicy" -> p.outboundTrafficPolicy(in.word(OUTBOUND));
            case "clusters" -> p.clusters(in.list(0, DocumentReader::cluster));
            case "jwtProviders" -> providers = in.entries(JwtProviderReader::read);
            case "defaults" ->
                defaults =
                        SettingsReader.ALL.read(in, new SettingsReader.Draft()).settings();
            case "services" -> services(in);
            default -> throw ObjectReader.unread(name);
        }
    }

    private static void ofMetadata(String name, JsonCursor in, Metadata.Builder m) throws IOException {
        switch (name) {
            case "mesh" -> m.mesh(in.text());
            case "epoch" -> m.epoch(in.text());
            case "version" -> m.version(in.longInteger());
            case "generated" -> m.generated(instant(in));
            case "ttl" -> m.ttl(in.duration());
            case "scope" -> SCOPE.read(in, m);
            default -> throw ObjectReader.unread(name);
        }
    }

    private static void ofCluster(String name, JsonCursor in, Cluster.Builder c) throws IOException {
        switch (name) {
            case "name" -> c.name(in.text());
            case "priority" -> c.priority(in.integer());
            case "state" -> c.state(in.word(CLUSTER_STATES));
            case "gateway" -> c.gateway(in.text());
            case "gatewaySni" -> c.gatewaySni(in.text());
            default -> throw ObjectReader.unread(name);
        }
    }

    private void head(JsonCursor in, Words<String> words) throws IOException {
        isOther |= !in.isText(words.any());
        in.word(words);
    }

    private static void schema(JsonCursor in) throws IOException {
        String text = in.text();
        int length = text.codePointCount(0, text.length());
        if (length < 1 || length > MAX_NAME) {
            in.unreadable(in.place(), null, "a string of 1 to " + MAX_NAME + " characters");
        }
    }

    private static Instant instant(JsonCursor in) throws IOException {
        String text = in.text();
        try {
            if (text.length() <= 64 && DATE_TIME.matcher(text).matches()) {
                return OffsetDateTime.parse(text).toInstant();
            }
        } catch (DateTimeException e) {
            in.unreadable(in.place(), null, DATE_TIME_EXPECTED + "; " + e.getMessage());
            return Instant.EPOCH;
        }
        in.unreadable(in.place(), null, DATE_TIME_EXPECTED);
        return Instant.EPOCH;
    }

    private static Cluster cluster(JsonCursor in) throws IOException {
        return CLUSTER.read(in, Cluster.builder()).build();
    }

    private void services(JsonCursor in) throws IOException {
        if (!in.isObject()) {
            in.wrong("an object: services by name");
            return;
        }
        in.fields((value, name) -> {
            if (value.isNull()) {
                removed.add(name);
            } else {
                services.put(name, known == null ? serviceReader.read(value) : known.read(value, name, serviceReader));
            }
        });
    }

    /** The settings with the providers that they name. */
    private Settings named(Settings settings) {
        Access access = settings.backend().access();
        RequestAuthentication authentication = access.requestAuthentication();
        if (authentication == null) {
            return settings;
        }
        Map<String, JwtProvider> named = new LinkedHashMap<>(authentication.providers());
        named.replaceAll((name, standIn) -> providers.getOrDefault(name, standIn));
        if (named.equals(authentication.providers())) {
            return settings;
        }
        Access whole = new Access(
                access.authorization(),
                new RequestAuthentication(named, authentication.forwardOriginalToken()),
                access.credentials());
        return new Settings(
                settings.route(), settings.backend().toBuilder().access(whole).build());
    }
}
