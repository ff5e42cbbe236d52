package dev.meshclient.internal.authz;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshclient.authz.InboundRequest.Attribute;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Envoy's RBAC filters, read from their configuration: an evaluator that shares nothing with ours. */
final class EnvoyRbac {
    private static final String TOKEN = "envoy.filters.http.jwt_authn";

    private final List<JsonNode> filters;

    EnvoyRbac(List<JsonNode> filters) {
        this.filters = filters;
    }

    boolean allows(FakeFacts request) {
        for (JsonNode filter : filters) {
            JsonNode rules = filter.path("typedConfig").path("rules");
            if (rules.isMissingNode()) {
                continue; // shadow rules alone enforce nothing
            }
            boolean matched = StreamSupport.stream(rules.path("policies").spliterator(), false)
                    .anyMatch(policy ->
                            any(policy.path("permissions"), request) && any(policy.path("principals"), request));
            String action = rules.path("action").asText("ALLOW");
            if (action.equals("LOG")) {
                continue;
            }
            if (matched == action.equals("DENY")) {
                return false;
            }
        }
        return true;
    }

    private static boolean any(JsonNode rules, FakeFacts request) {
        return stream(rules).anyMatch(rule -> matches(rule, request));
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static boolean matches(JsonNode node, FakeFacts request) {
        Map.Entry<String, JsonNode> only = node.properties().iterator().next();
        JsonNode value = only.getValue();
        return switch (only.getKey()) {
            case "any" -> value.asBoolean();
            case "andRules", "andIds" ->
                stream(value.elements().next()).filter(n -> !isForeign(n)).allMatch(n -> matches(n, request));
            case "orRules", "orIds" -> stream(value.elements().next()).anyMatch(n -> matches(n, request));
            case "notRule", "notId" -> !matches(value, request);
            case "header" -> header(value, request);
            case "urlPath" -> text(value.path("path"), request.texts.get(Attribute.PATH));
            case "uriTemplate" ->
                template(value.path("typedConfig").path("pathTemplate").asText(), request);
            case "destinationPort" -> value.asText().equals(request.texts.get(Attribute.PORT));
            case "destinationIp" -> block(value, request.texts.get(Attribute.DESTINATION_IP));
            case "directRemoteIp" -> block(value, request.texts.get(Attribute.SOURCE_IP));
            case "remoteIp" -> block(value, request.texts.get(Attribute.REMOTE_IP));
            case "requestedServerName" -> text(value, request.texts.get(Attribute.SNI));
            case "authenticated" -> text(value.path("principalName"), request.texts.get(Attribute.PRINCIPAL));
            case "metadata" -> metadata(value, request);
            default -> throw new IllegalArgumentException("not read by this test: " + node);
        };
    }

    /** Metadata of other filters, which a policy of ours cannot ask for: left out on both sides. */
    private static boolean isForeign(JsonNode node) {
        JsonNode inner = node.has("notRule") ? node.get("notRule") : node.has("notId") ? node.get("notId") : node;
        return inner.has("metadata")
                && !inner.get("metadata").path("filter").asText().equals(TOKEN);
    }

    private static boolean header(JsonNode header, FakeFacts request) {
        String name = header.path("name").asText();
        String value =
                switch (name) {
                    case ":authority" -> request.texts.get(Attribute.HOST);
                    case ":method" -> request.texts.get(Attribute.METHOD);
                    default -> request.headers.get(name.toLowerCase(Locale.ROOT));
                };
        return header.path("presentMatch").asBoolean() ? value != null : text(header.path("stringMatch"), value);
    }

    private static boolean text(JsonNode match, @Nullable String value) {
        if (value == null) {
            return false;
        }
        if (match.path("ignoreCase").asBoolean()) {
            String lower = value.toLowerCase(Locale.ROOT);
            return match.has("exact")
                    ? lower.equals(match.get("exact").asText().toLowerCase(Locale.ROOT))
                    : match.has("prefix")
                            ? lower.startsWith(match.get("prefix").asText().toLowerCase(Locale.ROOT))
                            : lower.endsWith(match.path("suffix").asText().toLowerCase(Locale.ROOT));
        }
        if (match.has("exact")) {
            return value.equals(match.get("exact").asText());
        }
        if (match.has("prefix")) {
            return value.startsWith(match.get("prefix").asText());
        }
        if (match.has("suffix")) {
            return value.endsWith(match.get("suffix").asText());
        }
        return value.matches(match.path("safeRegex").path("regex").asText());
    }

    private static boolean template(String template, FakeFacts request) {
        String regex = template.replace("**", "\u0000").replace("*", "[^/]+").replace("\u0000", ".*");
        return Objects.requireNonNull(request.texts.get(Attribute.PATH)).matches(regex);
    }

    private static boolean block(JsonNode range, @Nullable String address) {
        return address != null
                && AddressBlock.of(range.path("addressPrefix").asText() + "/"
                                + range.path("prefixLen").asText())
                        .contains(AddressBlock.bytes(address));
    }

    private static boolean metadata(JsonNode metadata, FakeFacts request) {
        Object value = request.claims == null ? null : Map.of("payload", request.claims);
        for (JsonNode step : metadata.path("path")) {
            value = value instanceof Map<?, ?> map ? map.get(step.path("key").asText()) : null;
        }
        return value(metadata.path("value"), value);
    }

    private static boolean value(JsonNode match, @Nullable Object value) {
        if (match.has("orMatch")) {
            return stream(match.path("orMatch").path("valueMatchers")).anyMatch(m -> value(m, value));
        }
        if (match.has("listMatch")) {
            return value instanceof List<?> list
                    && list.stream()
                            .anyMatch(item -> value(match.path("listMatch").path("oneOf"), item));
        }
        return value instanceof String text && text(match.path("stringMatch"), text);
    }
}
