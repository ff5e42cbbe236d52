package dev.meshclient.internal.call;

/** The observers of all calls. */
public interface Observers {
    /** Begins to observe a call, on the thread that makes it; called once for each call, before it enters the layers. */
    void begin(Call call);

    /** Ends the observation: the call is over, its body included. */
    void ended(Call call);
}
