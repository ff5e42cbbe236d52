package dev.meshclient.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.meshclient.policy.json.JsonPatterns;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Policy may be read on a thread with a small stack, and java.util.regex recurses for each turn of a group whose turns differ in
 * length: the longest text there may be is matched all the same.
 */
class PatternStackTest {
    private static final long STACK_BYTES = 256 * 1024;

    static Stream<Arguments> longTexts() {
        return Stream.of(
                longest("paths: plain", AccessCheck.PATHS, 1024, "/", "a", "", true),
                longest("paths: plain, bad end", AccessCheck.PATHS, 1024, "/", "a", "{", false),
                longest("paths: no slash", AccessCheck.PATHS, 1024, "", "a", "", true),
                longest("paths: escapes", AccessCheck.PATHS, 1024, "/", "%41", "", true),
                longest("paths: escapes, bad end", AccessCheck.PATHS, 1024, "/", "%41", "%4", false),
                longest("paths: prefix", AccessCheck.PATHS, 1024, "/", "a", "*", true),
                longest("paths: prefix of escapes", AccessCheck.PATHS, 1024, "", "a%41", "*", true),
                longest("paths: suffix", AccessCheck.PATHS, 1024, "*", "a", "", true),
                longest("paths: elements", AccessCheck.PATHS, 1024, "", "/", "", true),
                longest("paths: stars", AccessCheck.PATHS, 1024, "", "/{*}", "", true),
                longest("paths: stars, bad end", AccessCheck.PATHS, 1024, "", "/{*}", "/{*", false),
                longest("paths: short elements", AccessCheck.PATHS, 1024, "", "/a", "/{**}", true),
                longest("paths: after all", AccessCheck.PATHS, 1024, "/{**}/", "a", "", true),
                longest("paths: after all, bad end", AccessCheck.PATHS, 1024, "/{**}/", "%41", "{*}", false),
                longest("wild", AccessCheck.WILD, 1024, "", "a", "*", true),
                longest("wild, bad end", AccessCheck.WILD, 1024, "*", "a", "*", false),
                longest("account", AccessCheck.ACCOUNT, 1024, "a/", "a", "", true),
                longest("claims", AccessCheck.KEY, 1024, "request.auth.claims", "[a]", "", true),
                longest("claims, bad end", AccessCheck.KEY, 1024, "request.auth.claims", "[a]", "[", false),
                longest("claims: of two lengths", AccessCheck.KEY, 1024, "request.auth.claims", "[a][bb]", "", true),
                longest("one long claim", AccessCheck.KEY, 1024, "request.auth.claims[", "a", "]", true),
                longest("header", AccessCheck.KEY, 1024, "request.headers[", "a", "]", true),
                longest("block", AccessCheck.BLOCK, 1024, "", "1:", "", false),
                longest("account in short segments", ServiceAccounts.ACCOUNT, 2048, "", "a/", "a", true),
                longest("account in short segments, bad end", ServiceAccounts.ACCOUNT, 2048, "", "a/", "", false),
                longest("account of dots", ServiceAccounts.ACCOUNT, 2048, "", ".a/", "..", false),
                longest("template", ServiceAccounts.TEMPLATE, 2048, "", "{service}", "", true),
                longest("template, bad end", ServiceAccounts.TEMPLATE, 2048, "", "{service}", "{", false),
                longest(
                        "template: of two lengths",
                        ServiceAccounts.TEMPLATE,
                        2048,
                        "",
                        "{service}a{service}",
                        "",
                        true),
                longest("JWKS URI", JwtProviderCheck.JWKS_URI, 1024, "https://a/", "a/", "", true),
                longest("JWKS URI, bad end", JwtProviderCheck.JWKS_URI, 1024, "https://a/", "a/", "#", false),
                longest("places", JsonPatterns.PLACES, 1024, "a/", "a", "/*", true),
                longest("places, bad end", JsonPatterns.PLACES, 1024, "", "a/", "", false),
                longest("label", LocalityCheck.LABEL, 1024, "", "a", "=", true),
                longest("name in the certificate", TlsCheck.ALT_NAME, 1024, "", "a", "", true),
                longest("host", Hosts.BARE_HOST, 253, "", "a.", "a", true),
                longest("host, bad end", Hosts.BARE_HOST, 253, "", "a.", "1", false),
                longest("path of a route", RuleCheck.PATH, 1024, "/", "%41", "", true),
                longest("path of a route, bad end", RuleCheck.PATH, 1024, "/", "%41a", "%4", false));
    }

    private static Arguments longest(
            String name, Pattern pattern, int max, String before, String turn, String after, boolean legal) {
        int turns = (max - before.length() - after.length()) / turn.length();
        return Arguments.of(name, pattern, before + turn.repeat(turns) + after, legal);
    }

    /** As the patterns are meant: in words that are easy to read, and cost the stack. */
    static Stream<Arguments> grammars() {
        String escape = "%[0-9A-Fa-f]{2}";
        String any = "([^*{}?#%]|" + escape + ")";
        String inElement = "([^/*{}?#%]|" + escape + ")";
        String[] ofPaths = {"/", "a", "%41", "%4", "*", "{", "}", "{*}", "{**}", "?", "\n"};
        return Stream.of(
                Arguments.of(
                        AccessCheck.PATHS,
                        "\\*?" + any + "+|" + any + "+\\*|\\*|(/(" + inElement + "*|\\{\\*\\}))+(/\\{\\*\\*\\}(/" + any
                                + "*)?)?|/\\{\\*\\*\\}(/" + any + "*)?",
                        "",
                        ofPaths),
                Arguments.of(RuleCheck.PATH, "/([a4/*]|" + escape + ")*", "/", ofPaths),
                Arguments.of(
                        ServiceAccounts.TEMPLATE,
                        "(?!/|.*//|.*/$|(.*/)?\\.{1,2}(/|$))([a./-]|service|\\{service\\})+",
                        "",
                        new String[] {"a", "/", ".", "-", "service", "{service}", "{", "}", "\n"}),
                Arguments.of(
                        AccessCheck.KEY,
                        "request\\.auth\\.claims(\\[[^\\[\\]]+\\])+",
                        "request.auth.claims",
                        new String[] {"[", "]", "a", "[a]", "\n"}));
    }

    @ParameterizedTest
    @MethodSource("grammars")
    void what_costs_no_stack_takes_what_the_grammar_takes(
            Pattern pattern, String grammar, String before, String[] parts) {
        Pattern readable = Pattern.compile(grammar);
        List<String> texts = List.of(before);
        for (int length = 0; length <= 5; length++) {
            for (String text : texts) {
                if (pattern.matcher(text).matches() != readable.matcher(text).matches()) {
                    fail("%s: %s", pattern, text);
                }
            }
            texts = texts.stream()
                    .flatMap(text -> Stream.of(parts).map(part -> text + part))
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longTexts")
    void the_longest_text_is_matched_on_a_small_stack(String name, Pattern pattern, String text, boolean legal)
            throws InterruptedException {
        AtomicReference<@Nullable Object> outcome = new AtomicReference<>();
        Thread thread =
                new Thread(null, () -> outcome.set(pattern.matcher(text).matches()), "small-stack", STACK_BYTES);
        thread.setUncaughtExceptionHandler((t, e) -> outcome.set(e));

        thread.start();
        thread.join();

        assertThat(outcome.get()).isEqualTo(legal);
    }
}
