package dev.meshclient.policy;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What texts of a policy must look like, for tests that hold the JSON Schema against it. */
public final class Patterns {
    private Patterns() {}

    public static Stream<Pattern> ofTheModel() {
        return Stream.of(
                Hosts.DNS_NAME,
                Hosts.ADDRESS,
                Hosts.HOST,
                Hosts.BARE_HOST,
                RuleCheck.PATH,
                RuleCheck.TOKEN,
                LocalityCheck.REGION,
                LocalityCheck.LABEL,
                DocumentCheck.TRUST_DOMAIN,
                DocumentCheck.GATEWAY,
                DocumentCheck.GATEWAY_SNI,
                ServiceAccounts.ID,
                ServiceAccounts.ACCOUNT,
                ServiceAccounts.TEMPLATE,
                TlsCheck.ALT_NAME,
                AccessCheck.WILD,
                AccessCheck.ACCOUNT,
                AccessCheck.PATHS,
                AccessCheck.BLOCK,
                AccessCheck.PORTS,
                AccessCheck.KEY,
                SettingsCheck.HEALTH_PATH,
                SettingsCheck.STATUSES,
                LoadBalancerCheck.METRIC,
                JwtProviderCheck.JWKS_URI);
    }
}
