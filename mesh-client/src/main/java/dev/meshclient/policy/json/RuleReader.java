package dev.meshclient.policy.json;

import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.ValueMatch;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads routes. */
final class RuleReader {
    private static final Words<PathMatch.Type> PATH_TYPE = Words.of(PathMatch.Type.values(), PathMatch.Type::word)
            .refusing("Prefix", "is stated as PathPrefix here")
            .refusing("PathSeparatedPrefix", "is stated as PathPrefix here")
            .refusing("Regex", "is stated as RegularExpression here")
            .refusing("SafeRegex", "is stated as RegularExpression here")
            .refusing("ImplementationSpecific", "is a word of Ingress for one of these, which its controller chooses");
    private static final Words<ValueMatch.Type> VALUE_TYPE = Words.of(ValueMatch.Type.values(), ValueMatch.Type::word)
            .refusing("Prefix", "is stated as RegularExpression here: TEXT.*")
            .refusing("Suffix", "is stated as RegularExpression here: .*TEXT")
            .refusing("Contains", "is stated as RegularExpression here: .*TEXT.*")
            .refusing("Present", "is stated as RegularExpression here: .*")
            .refusing("Regex", "is stated as RegularExpression here")
            .refusing("SafeRegex", "is stated as RegularExpression here");

    private static final class RuleDraft {
        private final Rule.Builder rule = Rule.builder();
        private final SettingsReader.Draft settings = new SettingsReader.Draft();
    }

    private static final class BackendDraft {
        private String name = "";
        private @Nullable String subset;
        private int weight = 1;
    }

    private static final class MatchDraft {
        private @Nullable PathMatch path;
        private @Nullable String method;
        private List<ValueMatch> headers = List.of();
        private List<ValueMatch> queryParams = List.of();
    }

    /** The match of a path, a header or a query parameter. */
    private static final class ValueDraft {
        private String name = "";
        private PathMatch.Type pathType = PathMatch.Type.PATH_PREFIX;
        private ValueMatch.Type type = ValueMatch.Type.EXACT;
        private String value = "";
    }

    // To ignore a condition or a transformation would send calls to the wrong backend.
    private static final ObjectReader<BackendDraft> BACKEND = ObjectReader.<BackendDraft>refusingOthers()
            .field("name", (in, b) -> b.name = in.text())
            .field("subset", (in, b) -> b.subset = in.text())
            .field("weight", (in, b) -> b.weight = in.integer())
            .unsupported("filters");

    private static final ObjectReader<ValueDraft> PATH = ObjectReader.<ValueDraft>refusingOthers()
            .field("type", (in, v) -> v.pathType = in.word(PATH_TYPE))
            .required("value", "a path", (in, v) -> v.value = in.text());
    private static final ObjectReader<ValueDraft> HEADER = value("the name of a header");
    private static final ObjectReader<ValueDraft> QUERY_PARAM = value("the name of a query parameter");

    private static ObjectReader<ValueDraft> value(String nameExpected) {
        return ObjectReader.<ValueDraft>refusingOthers()
                .required("name", nameExpected, (in, v) -> v.name = in.text())
                .field("type", (in, v) -> v.type = in.word(VALUE_TYPE))
                .required("value", "a string", (in, v) -> v.value = in.text());
    }

    // A rule that loses a condition would match more requests than intended.
    private static final ObjectReader<MatchDraft> MATCH = ObjectReader.<MatchDraft>refusingOthers()
            .field("path", (in, m) -> m.path = path(in))
            .field("method", (in, m) -> m.method = in.text())
            .field("headers", (in, m) -> m.headers = in.list(0, i -> valueMatch(HEADER, i)))
            .field("queryParams", (in, m) -> m.queryParams = in.list(0, i -> valueMatch(QUERY_PARAM, i)))
            .unsupported("cookies", "sourceLabels");

    private static final ObjectReader<RuleDraft> RULE = ObjectReader.<RuleDraft>ignoringOthers()
            .field("name", (in, r) -> r.rule.name(in.text()))
            .field("matches", (in, r) -> r.rule.matches(in.list(0, RuleReader::match)))
            .field("backendRefs", (in, r) -> r.rule.backendRefs(in.list(0, RuleReader::backendRef)))
            .field("stream", (in, r) -> r.rule.stream(in.flag()))
            .including(SettingsReader.OF_RULE, r -> r.settings)
            .unsupported("filters", "fault")
            .instead("filters", "interceptors of your OkHttpClient set headers")
            .instead("fault", "no part of a policy injects faults, and dev.meshclient.test scripts them in unit tests")
            .misplaced("on the service, or in defaults", "authorization", "requestAuthentication")
            .misplaced("on the backend's service, on its subset, or in defaults", "credentials");

    private RuleReader() {}

    static Rule read(JsonCursor in) throws IOException {
        RuleDraft r = RULE.read(in, new RuleDraft());
        return r.rule.settings(r.settings.route()).build();
    }

    private static BackendRef backendRef(JsonCursor in) throws IOException {
        BackendDraft b = BACKEND.read(in, new BackendDraft());
        return new BackendRef(b.name, b.subset, b.weight);
    }

    private static Match match(JsonCursor in) throws IOException {
        MatchDraft m = MATCH.read(in, new MatchDraft());
        return new Match(m.path, m.method, m.headers, m.queryParams);
    }

    private static PathMatch path(JsonCursor in) throws IOException {
        ValueDraft v = PATH.read(in, new ValueDraft());
        return new PathMatch(v.pathType, v.value);
    }

    private static ValueMatch valueMatch(ObjectReader<ValueDraft> reader, JsonCursor in) throws IOException {
        ValueDraft v = reader.read(in, new ValueDraft());
        return new ValueMatch(v.name, v.type, v.value);
    }
}
