package dev.cloister.local.sts;

import dev.cloister.local.http.Answer;
import dev.cloister.local.http.Service;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.sigv4.SignatureRefusedException;
import dev.cloister.local.sigv4.VerifiedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** {@code GetCallerIdentity} over the query protocol, which needs no permission and changes nothing. */
public final class StsService implements Service {
    private static final String CONTENT_TYPE = "text/xml";
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

    private final SigV4Verifier verifier;

    public StsService(SigV4Verifier verifier) {
        this.verifier = verifier;
    }

    @Override
    public Answer answer(ReceivedRequest request, String requestId) {
        try {
            VerifiedRequest verified = verifier.verify(request, "sts");
            List<String> form = Arrays.asList(new String(request.body(), StandardCharsets.UTF_8).split("&"));
            if (!form.contains("Action=GetCallerIdentity")) {
                return error(400, "InvalidAction", "the local cloud knows GetCallerIdentity only", requestId);
            }
            return identity(verified, requestId);
        } catch (SignatureRefusedException e) {
            String code = e.code().awsName().replace("Exception", "");
            return error(403, code, String.valueOf(e.getMessage()), requestId);
        }
    }

    private static Answer identity(VerifiedRequest verified, String requestId) {
        Caller caller = verified.caller();
        // A role's unique id begins with AROA; a user id is that and the session's name.
        String userId = "AROA" + verified.accessKeyId().substring(4) + ":" + caller.session();
        String body = """
                <GetCallerIdentityResponse xmlns="%s">
                  <GetCallerIdentityResult>
                    <Arn>%s</Arn>
                    <UserId>%s</UserId>
                    <Account>%s</Account>
                  </GetCallerIdentityResult>
                  <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>
                </GetCallerIdentityResponse>
                """.formatted(NAMESPACE, caller.sessionArn(), userId, caller.account(), requestId);
        return new Answer(200, CONTENT_TYPE, body);
    }

    /** A message may repeat a header of the request, so it is escaped. */
    private static Answer error(int status, String code, String message, String requestId) {
        String text = message.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        String body = """
                <ErrorResponse xmlns="%s">
                  <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
                  <RequestId>%s</RequestId>
                </ErrorResponse>
                """.formatted(NAMESPACE, code, text, requestId);
        return new Answer(status, CONTENT_TYPE, body);
    }
}
