package dev.meshclient;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.meshclient.telemetry.MeshMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.slf4j.LoggerFactory;

/** The arrows of the house. */
@AnalyzeClasses(packages = "dev.meshclient", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "dev.meshclient";
    private static final String INTERNAL = ROOT + ".internal.";

    /** Concepts, and the types of each that others may see: its layers, and its state that outlives a policy. */
    private static final Map<String, Set<String>> CONCEPTS = Map.ofEntries(
            Map.entry("authorize", Set.of("Authorize")),
            Map.entry("credentials", Set.of("Bearer", "Tokens")),
            Map.entry("route", Set.of("Route")),
            Map.entry("deadline", Set.of("Deadline", "AttemptTimer")),
            Map.entry("breaker", Set.of("Breaker", "BackendBreaker", "BreakerRegistry")),
            Map.entry("ratelimit", Set.of("RateLimit", "BackendRateLimit", "RateRegistry")),
            Map.entry("limit", Set.of("Limit", "LimitSettings", "InFlight")),
            Map.entry("hedge", Set.of("Hedge")),
            Map.entry("retry", Set.of("Retry", "RetryBudget", "RetryPermits")),
            Map.entry("balance", Set.of("Balance", "BalanceSettings", "Planner")),
            Map.entry("healthcheck", Set.of("BackendUse", "CheckRules")),
            Map.entry("outlier", Set.of("Outlier", "Ejections", "Detector")),
            Map.entry("resolve", Set.of("Resolve", "ResolvedEndpoints", "DnsCache")),
            Map.entry("events", Set.of("Events", "IdentityEvents")),
            Map.entry("metrics", Set.of("Meters")));

    /** The public room that a concept stands for. */
    private static final Map<String, String> ALSO_KNOWS = Map.of(
            "events",
            ".(telemetry|authz|identity|internal.identity)",
            "authorize",
            ".(authz|internal.authz)",
            "credentials",
            ".identity",
            "metrics",
            ".(telemetry|authz|identity|internal.identity)");

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage(ROOT + "..");
    private static final DescribedPredicate<JavaClass> OF_A_BACKEND =
            describe("what a Backend says", c -> Set.of("Tls", "Tls$Mode", "AppProtocol")
                    .contains(c.getName().replace(ROOT + ".policy.", "")));
    private static final DescribedPredicate<JavaClass> ENTRY =
            describe("Mesh, with its parts and the constructors that it lends", c -> Set.of(
                            ROOT + ".Mesh",
                            ROOT + ".MeshParts",
                            ROOT + ".Preload",
                            ROOT + ".FailureConstructors",
                            ROOT + ".BuilderDoubles")
                    .contains(c.getName().replaceAll("\\$.*", "")));
    private static final DescribedPredicate<JavaClass> ROOT_TYPES =
            resideInAPackage(ROOT).and(not(ENTRY)).as("types of the root package other than Mesh");
    private static final DescribedPredicate<JavaClass> CONCEPT_CLASSES =
            in(CONCEPTS.keySet().toArray(String[]::new));
    private static final DescribedPredicate<JavaClass> OKHTTP = resideInAnyPackage("okhttp3..", "okio..");
    private static final DescribedPredicate<JavaClass> MESSAGES = describe("OkHttp's messages", c -> Set.of(
                    "Request",
                    "Request$Builder",
                    "RequestBody",
                    "Response",
                    "Response$Builder",
                    "HttpUrl",
                    "HttpUrl$Builder",
                    "Headers",
                    "Headers$Builder",
                    "MediaType")
            .contains(c.getName().replace("okhttp3.", "")));

    private static final DescribedPredicate<JavaClass> SPELLING = describe(
            "HttpUrl", c -> Set.of("okhttp3.HttpUrl", "okhttp3.HttpUrl$Builder").contains(c.getName()));

    private static DescribedPredicate<JavaClass> in(String... rooms) {
        return resideInAnyPackage(Arrays.stream(rooms).map(r -> INTERNAL + r).toArray(String[]::new));
    }

    /** Of our own classes these may be used by those, and no others but their own room's; all may spell values alike. */
    private static ArchRule only(
            DescribedPredicate<JavaClass> users, DescribedPredicate<JavaClass> used, String because) {
        return noClasses()
                .that(users)
                .should()
                .dependOnClassesThat(OURS.and(not(used)).and(not(in("text"))))
                .because(because);
    }

    // ---- arrows

    @ArchTest
    static final ArchRule a_concept_knows_the_bottom_and_policy_but_no_other_concept =
            CompositeArchRule.of(CONCEPTS.keySet().stream()
                    .sorted()
                    .map(
                            concept -> only(
                                    in(concept),
                                    in(concept, "call", "endpoint", "time")
                                            .or(resideInAPackage(ROOT + ".policy"))
                                            .or(ROOT_TYPES)
                                            .or(resideInAPackage(ROOT + ALSO_KNOWS.getOrDefault(concept, ".policy"))),
                                    "a concept can be read, tested and taken out alone; what goes together is Outbound's to say"))
                    .toList());

    @ArchTest
    static final ArchRule the_pipeline_alone_puts_concepts_together = noClasses()
            .that(not(CONCEPT_CLASSES).and(not(in("pipeline", "entry"))).and(not(ENTRY)))
            .should()
            .dependOnClassesThat(CONCEPT_CLASSES)
            .because("Outbound is the one place where the order of the layers is written down");

    @ArchTest
    static final ArchRule the_pipeline_does_not_know_the_wire = only(
            in("pipeline"),
            in("pipeline", "call", "endpoint", "time", "authz")
                    .or(CONCEPT_CLASSES)
                    .or(ROOT_TYPES)
                    .or(resideInAnyPackage(ROOT + ".policy", ROOT + ".telemetry", ROOT + ".authz", ROOT + ".identity")),
            "what becomes of documents is decided above it, and simulations run the production pipeline over a scripted wire");

    @ArchTest
    static final ArchRule requests_enter_above_control = only(
            in("entry"),
            in("entry", "control", "pipeline", "events", "metrics", "explain", "call", "endpoint", "time")
                    .or(describe(
                            "what sources are asked for", c -> c.getName().equals(INTERNAL + "source.WantedHosts")))
                    .or(ROOT_TYPES)
                    .or(resideInAnyPackage(ROOT + ".policy", ROOT + ".telemetry", ROOT + ".authz")),
            "which requests are the mesh's is one question, what happens to them another");

    @ArchTest
    static final ArchRule the_engine_knows_calls_and_endpoints_but_no_rule_of_theirs = only(
            in("okhttp.."),
            in("okhttp..", "call", "endpoint", "time", "tls").or(ROOT_TYPES).or(OF_A_BACKEND),
            "the engine carries attempts; whether there is one more is decided above it");

    @ArchTest
    static final ArchRule an_attempt_knows_its_client_and_its_listener_and_not_the_engine =
            CompositeArchRule.of(List.of(
                    only(
                            in("okhttp.attempt"),
                            in(
                                            "okhttp.attempt",
                                            "okhttp.client",
                                            "okhttp.direct",
                                            "okhttp.events",
                                            "call",
                                            "endpoint",
                                            "time",
                                            "tls")
                                    .or(ROOT_TYPES)
                                    .or(OF_A_BACKEND),
                            "follow-ups and entry stand above the attempts, which end without knowing what comes next"),
                    only(
                            in("okhttp.client"),
                            in("okhttp.client", "okhttp.direct", "endpoint", "time", "tls")
                                    .or(OF_A_BACKEND),
                            "clients and connections outlive every call that uses them"),
                    only(
                            in("okhttp.direct"),
                            in("okhttp.direct"),
                            "how OkHttp sends a call does not depend on what the mesh sends"),
                    only(
                            in("okhttp.events"),
                            in("okhttp.events", "call", "time"),
                            "what a listener hears does not depend on where an attempt is sent")));

    @ArchTest
    static final ArchRule one_package_is_compiled_against_internals_of_OkHttp = noClasses()
            .that(not(in("okhttp.direct")))
            .should()
            .dependOnClassesThat(resideInAPackage("okhttp3.internal.."))
            .because("a later OkHttp may have others; elsewhere they are found by name, and may be missing");

    @ArchTest
    static final ArchRule calls_know_endpoints_time_and_policy_and_are_what_observers_see = only(
            in("call"),
            in("call", "endpoint", "time")
                    .or(resideInAnyPackage(ROOT + ".policy", ROOT + ".telemetry"))
                    .or(ROOT_TYPES),
            "it is what all concepts stand on, so it can know none of them");

    @ArchTest
    static final ArchRule endpoints_know_policy_and_time = only(
            in("endpoint"),
            in("endpoint", "time").or(resideInAPackage(ROOT + ".policy")),
            "statistics outlive their readers");

    @ArchTest
    static final ArchRule time_knows_nothing =
            only(in("time"), in("time"), "a clock that knew calls could not be swapped for a virtual one");

    @ArchTest
    static final ArchRule policy_knows_what_pem_is = only(
            resideInAPackage(ROOT + ".policy"),
            in("pem").or(resideInAPackage(ROOT + ".policy")),
            "it is the model that a registry, a linter and a mesh share");

    @ArchTest
    static final ArchRule text_knows_nothing =
            only(in("text"), in("text"), "values are spelled in one way, whatever states them");

    @ArchTest
    static final ArchRule lint_knows_policy = only(
            in("lint"),
            in("lint").or(resideInAnyPackage(ROOT + ".policy", ROOT + ".policy.json")),
            "its jar contains these packages alone");

    private static final DescribedPredicate<JavaClass> SOURCES = resideInAPackage(INTERNAL + "source..");

    @ArchTest
    static final ArchRule the_json_of_policy_knows_policy = only(
            resideInAPackage(ROOT + ".policy.json"),
            resideInAnyPackage(ROOT + ".policy.json", ROOT + ".policy"),
            "a document states the model; no other package knows its syntax");

    @ArchTest
    static final ArchRule the_model_of_policy_knows_no_json = noClasses()
            .that(resideInAPackage(ROOT + ".policy"))
            .should()
            .dependOnClassesThat(resideInAPackage("com.fasterxml.jackson.."))
            .because("policies made in code and by other sources are checked by it too");

    @ArchTest
    static final ArchRule the_registry_knows_its_sources_and_policy = only(
            resideInAPackage(ROOT + ".registry"),
            SOURCES.or(resideInAnyPackage(
                    ROOT + ".registry",
                    ROOT + ".policy",
                    ROOT + ".policy.json",
                    INTERNAL + "time",
                    INTERNAL + "files",
                    INTERNAL + "version")),
            "a source delivers documents; what they do is not its business, but that its own do not go back is");

    @ArchTest
    static final ArchRule sources_know_policy_files_and_time = only(
            SOURCES,
            SOURCES.or(resideInAnyPackage(
                    ROOT + ".policy",
                    ROOT + ".policy.json",
                    INTERNAL + "time",
                    INTERNAL + "files",
                    INTERNAL + "version")),
            "a source that knew what becomes of its documents could not be one of several");

    @ArchTest
    static final ArchRule control_knows_sources_and_the_pipeline = only(
            in("control"),
            in("control", "pipeline", "explain", "call", "endpoint", "time", "version")
                    .or(SOURCES)
                    .or(ROOT_TYPES)
                    .or(resideInAnyPackage(ROOT + ".policy", ROOT + ".policy.json", ROOT + ".registry")),
            "it puts in force what any source delivers, and knows neither a request, nor the wire, nor a concept");

    @ArchTest
    static final ArchRule the_order_of_versions_knows_policy = only(
            in("version"),
            in("version").or(resideInAPackage(ROOT + ".policy")),
            "a mesh and each source of several go by it: what knew one of them could not serve the other");

    @ArchTest
    static final ArchRule the_evaluator_knows_policy_and_time = only(
            in("authz"),
            in("authz", "time")
                    .or(resideInAnyPackage(ROOT + ".authz", ROOT + ".policy"))
                    .or(describe("what a SPIFFE ID is", c -> c.getName().equals(ROOT + ".identity.SpiffeId"))),
            "one evaluator for both directions can know neither calls nor servers");

    @ArchTest
    static final ArchRule the_boundary_is_all_that_a_server_sees = only(
            resideInAPackage(ROOT + ".authz"),
            resideInAPackage(ROOT + ".authz"),
            "what an application compiles against does not change with the evaluator");

    @ArchTest
    static final ArchRule a_source_of_identity_knows_files_and_time = only(
            resideInAPackage(ROOT + ".identity"),
            in("time", "files", "pem").or(resideInAPackage(ROOT + ".identity")),
            "the identity of a workload does not depend on the services that it calls");

    @ArchTest
    static final ArchRule the_identity_in_use_knows_its_source = only(
            in("identity"),
            in("identity", "time").or(resideInAPackage(ROOT + ".identity")),
            "peers are checked in the same way whatever carries the connection");

    @ArchTest
    static final ArchRule tls_knows_the_identity_in_use_and_what_policy_asks_of_a_peer = only(
            in("tls"),
            in("tls", "identity", "pem", "endpoint", "time")
                    .or(resideInAPackage(ROOT + ".identity"))
                    .or(describe("what a Backend says", c -> Set.of("Tls", "Tls$Mode")
                            .contains(c.getName().replace(ROOT + ".policy.", "")))),
            "the engine asks it for sockets, and for nothing else");

    @ArchTest
    static final ArchRule the_tls_of_servers_is_a_door_to_that_of_the_mesh = only(
            resideInAPackage(ROOT + ".tls"),
            in("tls", "time").or(resideInAnyPackage(ROOT + ".tls", ROOT + ".identity")),
            "a server is a peer by the same rules that clients are held to");

    @ArchTest
    static final ArchRule the_access_log_is_an_observer = only(
            in("accesslog"),
            in("accesslog", "time").or(ROOT_TYPES).or(resideInAPackage(ROOT + ".telemetry")),
            "it reads what any observer is shown");

    @ArchTest
    static final ArchRule explanations_are_collected_where_no_concept_is_known = only(
            in("explain"),
            in("explain", "call", "endpoint").or(ROOT_TYPES).or(resideInAPackage(ROOT + ".policy")),
            "each concept explains itself: what matched or chose here would be a second implementation");

    @ArchTest
    static final ArchRule tracing_is_an_observer = only(
            in("tracing"),
            in("tracing", "time").or(ROOT_TYPES).or(resideInAPackage(ROOT + ".telemetry")),
            "it reads what any observer is shown");

    @ArchTest
    static final ArchRule files_know_nothing =
            only(in("files"), in("files"), "policy and certificates are watched in the same way");

    @ArchTest
    static final ArchRule pem_knows_nothing =
            only(in("pem"), in("pem"), "certificates of policy are read as strictly as those of files");

    @ArchTest
    static final ArchRule mesh_alone_wires_the_rooms_together = noClasses()
            .that(resideInAPackage(ROOT + "..").and(not(ENTRY)))
            .and()
            .resideOutsideOfPackages(
                    INTERNAL + "entry",
                    INTERNAL + "pipeline",
                    INTERNAL + "okhttp..",
                    INTERNAL + "control",
                    ROOT + ".registry",
                    ROOT + ".test",
                    ROOT + ".simulator")
            .should()
            .dependOnClassesThat(
                    in("entry", "pipeline", "okhttp..", "control").or(resideInAPackage(ROOT + ".registry")))
            .because("policy, layers and wire meet in one class, which a reader can find");

    @ArchTest
    static final ArchRule the_test_kit_stands_on_the_mesh_and_its_seams = only(
            resideInAPackage(ROOT + ".test"),
            in("call", "endpoint", "time")
                    .or(ENTRY)
                    .or(ROOT_TYPES)
                    .or(resideInAnyPackage(ROOT + ".test", ROOT + ".policy", ROOT + ".registry")),
            "it replaces clock, network and names, and nothing between them");

    @ArchTest
    static final ArchRule the_simulator_stands_on_the_mesh_and_its_seams = only(
            resideInAPackage(ROOT + ".simulator"),
            in("call", "endpoint", "time")
                    .or(ENTRY)
                    .or(ROOT_TYPES)
                    .or(resideInAnyPackage(
                            ROOT + ".simulator",
                            ROOT + ".policy",
                            ROOT + ".policy.json",
                            ROOT + ".registry",
                            ROOT + ".telemetry")),
            "it plays what production plays: it replaces clock, network and names, and nothing between them");

    @ArchTest
    static final ArchRule production_knows_neither_the_simulator_nor_its_time = noClasses()
            .that(not(resideInAPackage(ROOT + ".simulator")).and(not(in("time"))))
            .should()
            .dependOnClassesThat(resideInAPackage(ROOT + ".simulator")
                    .or(describe("virtual time", c -> c.getName().equals(INTERNAL + "time.VirtualTime"))))
            .because("a layer that knows virtual time could behave in simulations as it does not in production");

    @ArchTest
    static final ArchRule there_are_no_cycles = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass c) {
                    return ENTRY.test(c) ? SliceIdentifier.of("Mesh") : SliceIdentifier.of(c.getPackageName());
                }

                @Override
                public String getDescription() {
                    return "packages, with Mesh above the root package's other types";
                }
            })
            .should()
            .beFreeOfCycles()
            .because("what depends on each other in a circle is one thing with two names");

    @ArchTest
    static final ArchRule the_metrics_alone_know_micrometer = noClasses()
            .that(OURS.and(not(in("metrics"))).and(not(type(MeshMetrics.class))).and(not(ENTRY)))
            .should()
            .dependOnClassesThat(resideInAPackage("io.micrometer.."))
            .because("without a registry no class of Micrometer is loaded");

    // ---- OkHttp

    @ArchTest
    static final ArchRule layers_know_the_messages_of_okhttp_only = noClasses()
            .that(CONCEPT_CLASSES
                    .or(in("call", "pipeline", "entry"))
                    .or(ROOT_TYPES)
                    .or(resideInAPackage(ROOT + ".telemetry")))
            .should()
            .dependOnClassesThat(OKHTTP.and(not(MESSAGES)))
            .because("a layer that can reach a client, a socket or a chain can do what no simulation sees");

    @ArchTest
    static final ArchRule the_model_and_the_bottom_do_not_know_okhttp = noClasses()
            .that(in("endpoint", "time").or(resideInAPackage(ROOT + ".policy")))
            .should()
            .dependOnClassesThat(OKHTTP.and(not(SPELLING)))
            .because("policy is read by tools that make no calls; it spells hosts as URLs do");

    // ---- time, chance, threads

    private static final Set<String> CONCURRENCY_WITHOUT_WAITING = Set.of(
            "ConcurrentHashMap",
            "ConcurrentMap",
            "ConcurrentLinkedQueue",
            "CopyOnWriteArrayList",
            "TimeUnit",
            "ExecutorService",
            "ThreadPoolExecutor"); // OkHttp's own, whose idle threads the engine ends

    private static final DescribedPredicate<JavaClass> WAITING = describe(
            "classes of java.util.concurrent that wait, run or draw",
            c -> c.getName().startsWith("java.util.concurrent.")
                    && !c.getPackageName().equals("java.util.concurrent.atomic")
                    && !CONCURRENCY_WITHOUT_WAITING.contains(
                            c.getName().replace("java.util.concurrent.", "").replaceAll("\\$.*", "")));

    private static final DescribedPredicate<JavaClass> CHANCE = type(java.util.Random.class)
            .or(type(java.util.SplittableRandom.class))
            .or(type(java.security.SecureRandom.class))
            .or(type(java.util.Timer.class))
            .as("random sources and timers");

    @ArchTest
    static final ArchRule internal_time_alone_waits_draws_and_runs_threads = noClasses()
            .that(not(in("time")))
            .and()
            .doNotHaveFullyQualifiedName(
                    INTERNAL + "tls.RotatingContext") // overrides a method that takes a SecureRandom
            .and()
            .doNotHaveFullyQualifiedName(INTERNAL + "okhttp.CallerDispatcher") // hands over to the caller's executor
            .and(not(in("okhttp.direct"))) // names a queue in a method of OkHttp's
            .should()
            .dependOnClassesThat(WAITING.or(CHANCE))
            .because(
                    "virtual time can only stand for what asks it: the rest would wait in real time, and differ each run");

    @ArchTest // LoggersTest compares the names with the table
    static final ArchRule loggers_have_the_names_of_docs_status = noClasses()
            .should()
            .callMethod(LoggerFactory.class, "getLogger", Class.class)
            .because("users set levels by the names in docs/status.md, which outlive the names of our classes");

    @ArchTest
    static final ArchRule internal_time_alone_reads_the_clock = noClasses()
            .that(not(in("time")))
            .and()
            .doNotHaveFullyQualifiedName(INTERNAL + "okhttp.CallerDispatcher") // waits for the caller's executor
            .should(CallsOfTime.callAny(CallsOfTime.CLOCKS, CallsOfTime.WAITS, CallsOfTime.CHANCES))
            .because("virtual time can only stand for what asks it");

    // ---- shape

    @ArchTest
    static final ArchRule a_concept_shows_its_door_only = CompositeArchRule.of(CONCEPTS.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(concept -> classes()
                    .that(in(concept.getKey()))
                    .and()
                    .areTopLevelClasses()
                    .and()
                    .arePublic()
                    .should(CallsOfTime.beNamed(concept.getValue()))
                    .because("behind the door a concept can be rewritten without asking anyone"))
            .toList());

    @ArchTest
    static void every_package_is_null_marked(JavaClasses all) {
        List<String> bare = all.stream()
                .map(JavaClass::getPackage)
                .filter(p -> !p.getClasses().isEmpty())
                .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                .map(p -> p.getName())
                .distinct()
                .sorted()
                .toList();
        assertThat(bare).as("packages without @NullMarked").isEmpty();
    }

    /** Public in a package that the module exports: what a user's IDE offers. */
    @ArchTest
    static void at_most_a_third_of_the_types_is_the_api(JavaClasses all) {
        List<JavaClass> types = all.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(c -> !c.getSimpleName().equals("package-info"))
                .toList();
        List<String> api = types.stream()
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getName)
                .filter(name -> !name.startsWith(INTERNAL))
                .sorted()
                .toList();
        assertThat(api.size() * 100 / types.size())
                .as("%s of %s types", api, types.size())
                .isLessThanOrEqualTo(33);
    }

    @ArchTest
    static void every_concept_is_in_these_rules(JavaClasses all) {
        List<String> rooms = new ArrayList<>(all.stream()
                .map(JavaClass::getPackageName)
                .filter(p -> p.startsWith(INTERNAL))
                .map(p -> p.substring(INTERNAL.length()))
                .collect(Collectors.toSet()));
        rooms.removeAll(CONCEPTS.keySet());
        assertThat(rooms)
                .containsExactlyInAnyOrder(
                        "call",
                        "time",
                        "endpoint",
                        "okhttp",
                        "okhttp.attempt",
                        "okhttp.client",
                        "okhttp.direct",
                        "okhttp.events",
                        "entry",
                        "pipeline",
                        "control",
                        "source",
                        "source.http",
                        "source.file",
                        "identity",
                        "tls",
                        "files",
                        "accesslog",
                        "explain",
                        "tracing",
                        "pem",
                        "text",
                        "version",
                        "lint",
                        "authz");
    }
}
