package dev.meshclient.spring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Fails the start for a property below {@code mesh.} that does not exist, before a bean is made: Boot ignores it, and a misspelled
 * {@code mesh.server.authorization} leaves the service open. A variable of the environment and a system property may be another
 * program's: one with nearly the name of a property is a WARN, others are ignored.
 */
final class KnownProperties implements BeanFactoryPostProcessor {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");
    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("mesh");

    private static final Set<String> SHARED = Set.of(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);

    private static final String ANY = "**";

    private static final List<String> OF_IDENTITY = List.of(
            "certificate", "directory", "federated.**", "key-password", "private-key", "ssl-bundle", "trust-bundle");

    /** The properties of all auto-configurations, also of those without effect here. A star is any key, two are any keys. */
    static final List<String> ALL = Stream.of(
                    Stream.of("claims.**", "cluster", "drain-timeout", "enabled", "initial-fetch-timeout", "instance"),
                    Stream.of("labels.**"),
                    Stream.of("outbound-traffic-policy", "region", "service", "stale-ttl", "workload-name", "zone"),
                    Stream.of("client.services.*.url", "tokens.*.file", "snapshot.directory", "snapshot.enabled"),
                    OF_IDENTITY.stream().flatMap(name -> Stream.of("identity." + name, "certificates.*." + name)),
                    Stream.of("bearer-token-file", "file", "long-poll", "max-size", "on-demand", "poll-interval")
                            .map(name -> "registry." + name),
                    Stream.of("registry.ssl-bundle", "registry.url.**", "identity.publish-as", "test.**"),
                    Stream.of("authorization", "enabled", "inbound-context", "permit-paths.**")
                            .map(name -> "server." + name),
                    Stream.of("metrics.enabled", "metrics.istio-names", "metrics.open-telemetry-names"),
                    Stream.of("observations.enabled"))
            .flatMap(names -> names)
            .map(name -> "mesh." + name)
            .toList();

    private final Environment environment;

    KnownProperties(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names) {
                names.stream().filter(PREFIX::isAncestorOf).forEach(name -> check(source, name));
            }
        }
    }

    private static void check(ConfigurationPropertySource source, ConfigurationPropertyName name) {
        boolean shared = isShared(source);
        if (ALL.stream().anyMatch(known -> matches(known, name, shared))) {
            return;
        }
        String nearest = nearest(name, shared ? 2 : name.toString().length() / 4);
        Origin origin = Origin.from(source.getConfigurationProperty(name));
        String stated = origin == null ? name.toString() : name + " (" + origin + ")";
        if (!shared) {
            throw new MeshConfigurationException(
                    "There is no property " + stated + ": it would have no effect.",
                    nearest == null
                            ? "Remove it. A property of the application needs another prefix than mesh."
                            : "Did you mean " + nearest + "?");
        }
        if (nearest != null) {
            LOG.warn("there is no property {}: it has no effect; did you mean {}?", stated, nearest);
        }
    }

    /** Whether other programs state something there. */
    private static boolean isShared(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> underlying
                && SHARED.contains(underlying.getName());
    }

    /** @param shared whether dots do not count either: in a variable of the environment they and dashes are underscores */
    private static boolean matches(String known, ConfigurationPropertyName name, boolean shared) {
        if (!shared) {
            return letters(text(name)).equals(letters(like(known, name)));
        }
        String asked = flat(known.endsWith(ANY) ? letters(known) : letters(like(known, name)));
        int all = name.getNumberOfElements();
        return IntStream.rangeClosed(known.endsWith(ANY) ? 1 : all, all)
                .anyMatch(size -> flat(letters(text(name.chop(size)))).equals(asked));
    }

    private static String text(ConfigurationPropertyName name) {
        return IntStream.range(0, name.getNumberOfElements())
                .mapToObj(at -> name.getElement(at, Form.ORIGINAL))
                .collect(Collectors.joining("."));
    }

    /** The known property, with the keys of the stated one in place of stars. */
    private static String like(String known, ConfigurationPropertyName name) {
        String[] elements = known.split("\\.", -1);
        List<String> filled = new ArrayList<>();
        for (int at = 0; at < elements.length; at++) {
            boolean key = elements[at].startsWith("*");
            int last = elements[at].equals(ANY) ? name.getNumberOfElements() - 1 : at;
            for (int from = at; from <= last; from++) {
                filled.add(
                        key && from < name.getNumberOfElements() ? name.getElement(from, Form.ORIGINAL) : elements[at]);
            }
        }
        return String.join(".", filled);
    }

    private static @Nullable String nearest(ConfigurationPropertyName name, int most) {
        String stated = letters(text(name));
        return ALL.stream()
                .map(known -> like(known, name))
                .filter(known -> distance(letters(known), stated) <= most)
                .min(Comparator.comparingInt(known -> distance(letters(known), stated)))
                .orElse(null);
    }

    private static String letters(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        StringBuilder letters = new StringBuilder(lower.length());
        for (int at = 0; at < lower.length(); at++) {
            char letter = lower.charAt(at);
            if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.') {
                letters.append(letter);
            }
        }
        return letters.toString();
    }

    private static String flat(String name) {
        return name.replace(".", "");
    }

    /** The number of letters to insert, remove or replace. */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
