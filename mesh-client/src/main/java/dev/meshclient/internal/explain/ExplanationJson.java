package dev.meshclient.internal.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshclient.Explanation;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An explanation as a JSON object. */
final class ExplanationJson {
    private ExplanationJson() {}

    static String of(Explanation e) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("request", e.request())
                .put("result", word(e.result()))
                .put("policy", e.policy())
                .put("service", e.service());
        refusal(all, e.refusal());
        texts(all, e.remarks());
        list(all, "rules", e.rules(), ExplanationJson::rule);
        return all.toPrettyString();
    }

    private static void rule(ObjectNode to, Explanation.Rule rule) {
        to.put("name", rule.name())
                .put("condition", rule.condition())
                .put("state", word(rule.state()))
                .put("why", rule.why());
        list(to, "backends", rule.backends(), ExplanationJson::backend);
    }

    private static void backend(ObjectNode to, Explanation.Backend backend) {
        to.put("name", backend.name()).put("weight", backend.weight()).put("share", backend.share());
        refusal(to, backend.refusal());
        texts(to, backend.remarks());
        list(to, "localities", backend.localities(), (node, locality) -> node.put("kind", word(locality.kind()))
                .put("name", locality.name())
                .put("share", locality.share())
                .put("why", locality.why()));
        list(to, "endpoints", backend.endpoints(), (node, endpoint) -> node.put("address", endpoint.address())
                .put("locality", endpoint.locality())
                .put("share", endpoint.share())
                .put("state", endpoint.state())
                .put("why", endpoint.why()));
        list(to, "settings", backend.settings(), (node, setting) -> node.put("name", setting.name())
                .put("value", setting.value())
                .put("source", word(setting.source())));
    }

    private static void refusal(ObjectNode to, Explanation.@Nullable Refusal refusal) {
        if (refusal != null) {
            to.putObject("refusal")
                    .put("exception", refusal.exception())
                    .put("reason", refusal.reason())
                    .put("message", refusal.message());
        }
    }

    private static void texts(ObjectNode to, List<String> remarks) {
        ArrayNode array = to.putArray("remarks");
        remarks.forEach(array::add);
    }

    private static <T> void list(ObjectNode to, String name, List<T> items, BiConsumer<ObjectNode, T> writer) {
        ArrayNode array = to.putArray(name);
        items.forEach(item -> writer.accept(array.addObject(), item));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
