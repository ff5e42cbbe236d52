package dev.meshclient;

/** Policy wants a token sent along, and there is none to send or no TLS to send it over: the call is not sent without. */
public final class CredentialsUnavailable extends Refusal {
    private static final long serialVersionUID = 1;

    public CredentialsUnavailable(String what, String advice, Decision decision) {
        super("CREDENTIALS", what, advice, decision);
    }
}
