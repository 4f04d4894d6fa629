package dev.cloister.local.s3;

import java.util.Set;

/** The parameters that requests may have here. One that is not known could turn a request into another, so it is refused. */
final class Parameters {
    /** Of a list of objects or of uploads. */
    static final Set<String> OF_LIST = Set.of(
            "list-type",
            "prefix",
            "delimiter",
            "marker",
            "max-keys",
            "start-after",
            "continuation-token",
            "encoding-type",
            "fetch-owner",
            "uploads",
            "key-marker",
            "upload-id-marker",
            "max-uploads",
            "x-id");

    private static final Set<String> OF_OBJECT = Set.of(
            "uploads",
            "uploadId",
            "partNumber",
            "max-parts",
            "part-number-marker",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "x-id");

    private Parameters() {}

    static void requireKnownOfObject(S3Call call) throws S3Exception {
        for (String parameter : call.parameters().keySet()) {
            if (!OF_OBJECT.contains(parameter)) {
                throw S3Exception.notImplemented(call.method() + " of an object's " + parameter);
            }
        }
    }
}
