package dev.meshclient.internal.explain;

import dev.meshclient.Decision;
import dev.meshclient.Explanation;
import dev.meshclient.Explanation.Result;
import dev.meshclient.MeshFailure;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects the remarks and the result; what else may be stated at a place, its class collects. */
abstract class CollectingSink implements ExplanationSink {
    final @Nullable Call call;
    final List<String> remarks = new ArrayList<>();
    Result result = Result.SENT;
    Explanation.@Nullable Refusal refusal;

    /** @param call null: there is no request */
    CollectingSink(@Nullable Call call) {
        this.call = call;
    }

    @Override
    public final @Nullable Call call() {
        return call;
    }

    @Override
    public Decision decision() {
        return Decision.NONE;
    }

    @Override
    public final void remark(String text) {
        remarks.add(text);
    }

    @Override
    public final void refuse(IOException failure) {
        refuse(facts(failure));
    }

    final void refuse(Explanation.Refusal stated) {
        if (result == Result.SENT) {
            result = Result.REFUSED;
            refusal = stated;
        }
    }

    static Explanation.Refusal facts(IOException failure) {
        return new Explained.RefusalFacts(
                failure.getClass().getSimpleName(),
                failure instanceof MeshFailure ours ? ours.reason() : "",
                String.valueOf(failure.getMessage()));
    }

    @Override
    public final void await(String what) {
        if (result == Result.SENT) {
            result = Result.WAITS;
            remarks.add(what);
        }
    }

    @Override
    public void refuseAt(Function<@Nullable Endpoint, @Nullable IOException> failure) {
        throw misplaced("a refusal by endpoint");
    }

    @Override
    public void service(String name, String revision) {
        throw misplaced("service " + name);
    }

    @Override
    public void rule(String name, int number, String condition, Explanation.Rule.State state, String why) {
        throw misplaced("rule " + name);
    }

    @Override
    public ExplanationSink backend(Target target, int weight, double share) {
        throw misplaced("backend " + target);
    }

    @Override
    public void setting(String field, @Nullable Object value) {
        throw misplaced("setting " + field);
    }

    @Override
    public void shadowSetting(String field, @Nullable Object value) {
        throw misplaced("shadow setting " + field);
    }

    @Override
    public void settingOfSeveral(String field, Object value, boolean shadow, String otherwise) {
        throw misplaced("setting " + field);
    }

    @Override
    public void settingOfCaller(String field, Object value) {
        throw misplaced("setting " + field);
    }

    @Override
    public void locality(Explanation.Locality.Kind kind, String name, double share, String why) {
        throw misplaced("locality " + name);
    }

    @Override
    public void endpoint(Endpoint endpoint, double share, String state, String why) {
        throw misplaced("endpoint " + endpoint);
    }

    private static IllegalStateException misplaced(String what) {
        return new IllegalStateException(what + " is stated where it has no place");
    }
}
