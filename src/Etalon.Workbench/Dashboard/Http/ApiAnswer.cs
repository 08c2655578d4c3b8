using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Workbench.Json;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>How the server answers a script.</summary>
internal static class ApiAnswer
{
    private static readonly JsonSerializerOptions Json = new(JsonFormat.Options)
    {
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Nothing of it stands in a page's text: scripts read it as JSON.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an object.</summary>
    public static Task JsonAsync(HttpResponse response, object value)
    {
        response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(response.Body, value, Json, response.HttpContext.RequestAborted);
    }

    /// <summary>Writes bytes.</summary>
    public static Task BytesAsync(HttpResponse response, byte[] bytes, string type = "application/octet-stream")
    {
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted).AsTask();
    }

    /// <summary>Writes what is wrong.</summary>
    public static Task ProblemAsync(HttpResponse response, int status, IReadOnlyList<string> problems)
    {
        response.StatusCode = status;
        return JsonAsync(response, new { Problems = problems });
    }
}
