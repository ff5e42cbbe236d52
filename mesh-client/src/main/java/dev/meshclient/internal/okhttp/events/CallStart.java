package dev.meshclient.internal.okhttp.events;

import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Observers;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.EventListener;
import org.jspecify.annotations.Nullable;

/**
 * Begins the observation of calls on the thread that makes them: OkHttp reports {@code callStart} there, for {@code enqueue}
 * too. One object for all calls of a mesh; without observers there is none.
 */
public final class CallStart extends EventListener {
    private final Time time;
    private final Admission.Source admissions;
    private final Observers observers;

    public CallStart(Time time, Admission.Source admissions, Observers observers) {
        this.time = time;
        this.admissions = admissions;
        this.observers = observers;
    }

    /** The tag of a caller's call that is observed and has not entered the mesh. */
    private static final class ObservedCall extends AtomicReference<dev.meshclient.internal.call.@Nullable Call> {
        private static final long serialVersionUID = 1;

        private final transient CallStart by; // a client may use two meshes
        private transient volatile @Nullable ObservedCall next;

        ObservedCall(CallStart by, dev.meshclient.internal.call.Call call) {
            super(call);
            this.by = by;
        }
    }

    @Override
    public void callStart(Call caller) {
        String host = caller.request().url().host();
        int port = caller.request().url().port();
        if (find(caller) == null && admissions.admit(host, port) instanceof Admission.Ours) {
            var call = new dev.meshclient.internal.call.Call(time, caller.request());
            observers.begin(call);
            ObservedCall mine = new ObservedCall(this, call);
            ObservedCall first = caller.tag(ObservedCall.class, () -> mine);
            if (first != mine) { // of the mesh whose listener OkHttp called before
                mine.next = first.next;
                first.next = mine;
            }
        }
    }

    private @Nullable ObservedCall find(Call caller) {
        ObservedCall observed = caller.tag(ObservedCall.class);
        while (observed != null && observed.by != this) {
            observed = observed.next;
        }
        return observed;
    }

    /** The observed call that enters the mesh now; null: it was not observed, or has entered before. */
    public dev.meshclient.internal.call.@Nullable Call take(Call caller) {
        ObservedCall observed = find(caller);
        return observed == null ? null : observed.getAndSet(null);
    }

    @Override
    public void callEnd(Call caller) {
        end(take(caller));
    }

    @Override
    public void callFailed(Call caller, IOException ioe) {
        var call = take(caller);
        if (call != null) {
            if (caller.isCanceled()) {
                call.cancel(ioe);
            }
            call.failed(ioe);
        }
        end(call);
    }

    private static void end(dev.meshclient.internal.call.@Nullable Call neverEntered) {
        if (neverEntered != null) {
            neverEntered.over();
        }
    }
}
