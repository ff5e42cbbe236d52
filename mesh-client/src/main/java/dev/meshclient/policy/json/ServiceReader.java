package dev.meshclient.policy.json;

import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Subset;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads services: their hosts, endpoints and subsets. */
final class ServiceReader {
    private static final Words<AppProtocol> APP_PROTOCOL = Words.of(AppProtocol.values(), AppProtocol::word)
            .refusing("kubernetes.io/ws", "is stated as http here: WebSockets need nothing else")
            .refusing("kubernetes.io/wss", "is stated as https here: WebSockets need nothing else")
            .refusing("tcp", Words.NOT_SUPPORTED)
            .refusing("h2c", "is stated as kubernetes.io/h2c here")
            .refusing("h2", "is stated as kubernetes.io/h2c here, and as https with TLS")
            .refusing("grpc", "is stated as kubernetes.io/h2c here, and as https with TLS")
            .refusing("http2", "is stated as kubernetes.io/h2c here, and as https with TLS");
    private static final Words<Resolution> RESOLUTION = Words.of(Resolution.values())
            .refusing("EDS", "is stated as STATIC here")
            .refusing("STRICT_DNS", "is stated as DNS here")
            .refusing("LOGICAL_DNS", "is stated as DNS here")
            .refusing("DNS_ROUND_ROBIN", "is stated as DNS here")
            .refusing("DYNAMIC_DNS", "is stated as NONE here")
            .refusing("ORIGINAL_DST", "is stated as NONE here");
    private static final Words<Endpoint.Health> HEALTH = Words.of(Endpoint.Health.values())
            .refusing("UP", "is stated as HEALTHY here")
            .refusing("DOWN", "is stated as UNHEALTHY here")
            .refusing("passing", "is stated as HEALTHY here")
            .refusing("critical", "is stated as UNHEALTHY here");
    private static final Words<Endpoint.TlsMode> TLS_MODE = Words.of(Endpoint.TlsMode.values(), Endpoint.TlsMode::word);
    static final Pattern LOCALITY = Pattern.compile("[^/]+(/[^/]+){0,2}");
    private static final int MAX_LOCALITY = 1024;

    private static final class ServiceDraft {
        private final Service.Builder service = Service.builder();
        private final SettingsReader.Draft settings = new SettingsReader.Draft();
    }

    private static final class SubsetDraft {
        private String name = "";
        private Map<String, String> labels = Map.of();
        private final SettingsReader.Draft settings = new SettingsReader.Draft();
    }

    private final Map<String, Locality> localities = new HashMap<>(); // thousands of endpoints share a few

    private final ObjectReader<Endpoint.Builder> endpoint = ObjectReader.<Endpoint.Builder>ignoringOthers()
            .fields(this::ofEndpoint, "address", "port", "locality", "cluster", "weight", "health", "labels")
            .fields(this::ofEndpoint, "serviceAccount", "tlsMode");

    private static final ObjectReader<SubsetDraft> SUBSET = ObjectReader.<SubsetDraft>ignoringOthers()
            .field("name", (in, s) -> s.name = in.text())
            .required("labels", "an object of strings", (in, s) -> s.labels = in.strings())
            .including(SettingsReader.ALL, s -> s.settings);

    private final ObjectReader<ServiceDraft> service = ObjectReader.<ServiceDraft>ignoringOthers()
            .fields(this::ofService, "resolution", "hosts", "appProtocol", "endpoints", "subsets", "rules")
            .required("hosts", "an array of 1 to 256 hosts")
            .including(SettingsReader.ALL, s -> s.settings)
            .misplaced("at the head of the document", "jwtProviders")
            .misplaced("on a rule", "stream");

    Service read(JsonCursor in) throws IOException {
        ServiceDraft s = service.read(in, new ServiceDraft());
        return s.service.settings(s.settings.settings()).build();
    }

    private void ofService(String name, JsonCursor in, ServiceDraft s) throws IOException {
        switch (name) {
            case "resolution" -> s.service.resolution(in.word(RESOLUTION));
            case "hosts" -> s.service.hosts(in.texts(1));
            case "appProtocol" -> s.service.appProtocol(in.word(APP_PROTOCOL));
            case "endpoints" -> s.service.endpoints(in.list(0, this::endpoint));
            case "subsets" -> s.service.subsets(in.list(0, ServiceReader::subset));
            case "rules" -> s.service.rules(in.list(0, RuleReader::read));
            default -> throw ObjectReader.unread(name);
        }
    }

    private void ofEndpoint(String name, JsonCursor in, Endpoint.Builder e) throws IOException {
        switch (name) {
            case "address" -> e.address(in.text());
            case "port" -> e.port(in.integer());
            case "locality" -> e.locality(locality(in));
            case "cluster" -> e.cluster(in.text());
            case "weight" -> e.weight(in.integer());
            case "health" -> e.health(in.word(HEALTH));
            case "labels" -> e.labels(in.strings());
            case "serviceAccount" -> e.serviceAccount(in.text());
            case "tlsMode" -> e.tlsMode(in.word(TLS_MODE));
            default -> throw ObjectReader.unread(name);
        }
    }

    private Endpoint endpoint(JsonCursor in) throws IOException {
        return endpoint.read(in, Endpoint.builder()).build();
    }

    private static Subset subset(JsonCursor in) throws IOException {
        SubsetDraft s = SUBSET.read(in, new SubsetDraft());
        return new Subset(s.name, s.labels, s.settings.settings());
    }

    private Locality locality(JsonCursor in) throws IOException {
        String text = in.text();
        Locality known = localities.get(text);
        if (known != null) {
            return known;
        }
        if (text.codePointCount(0, text.length()) > MAX_LOCALITY
                || !LOCALITY.matcher(text).matches()) {
            in.unreadable(in.place(), null, "region, region/zone or region/zone/subzone");
            return Locality.NONE;
        }
        String[] parts = text.split("/", -1);
        Locality locality = new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
        localities.put(text, locality);
        return locality;
    }
}
